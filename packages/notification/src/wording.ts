import type { AlertLevel, Cause, Outcome } from '@swanlab/core/internal'
import type { Language } from './notification.ts'

type State = Outcome['state']
/** What a notification may state about a run or an alert. */
export type FactKey =
  | 'project'
  | 'workspace'
  | 'experiment'
  | 'description'
  | 'link'
  | 'folder'
  | 'machine'
  | 'commit'
  | 'command'
  | 'state'
  | 'cause'
  | 'duration'
  | 'ended'
  | 'steps'
  | 'level'
  | 'step'
  | 'rule'

/** Every word that a notification needs in one language. */
export interface Wording {
  readonly labels: Readonly<Record<FactKey, string>>
  readonly states: Readonly<Record<State, string>>
  readonly levels: Readonly<Record<AlertLevel, string>>
  readonly units: Readonly<Record<'ms' | 's' | 'min' | 'h' | 'd', string>>
  readonly columns: { readonly key: string; readonly last: string; readonly min: string; readonly max: string }
  readonly metrics: string
  readonly config: string
  readonly error: string
  readonly terminal: string
  readonly notes: string
  readonly open: string
  readonly message: string
  readonly footer: string
  startedTitle(name: string): string
  readonly started: string
  endedTitle(name: string, state: State, why: string): string
  ended(state: State, duration: string, why: string): string
  /** Why and where a run ended, for titles. */
  brief(cause: string, step: number | undefined): string
  /** The same with what is known beside it, for sentences. */
  details(cause: string, step: number | undefined, values: readonly (readonly [key: string, last: string])[]): string
  /** What is known of a run that ended well, for sentences. */
  results(step: number | undefined, values: readonly (readonly [key: string, last: string])[]): string
  /** Causes in a word or two; one that is not here goes without. */
  readonly inShort: Partial<Record<Cause['type'], string>>
  subject(news: string, where: string | undefined): string
  steps(count: number, last: number | undefined): string
  exit(code: number, inside: string | undefined): string
  exitCode(code: number): string
  readonly exception: string
  signal(signal: string): string
  readonly reported: string
  readonly lost: string
  readonly killed: string
  readonly oomKilled: string
  crashedNatively(signal: string): string
  readonly lostContact: string
  more(count: number): string
  losses(kind: string, count: number): string
  callback(name: string, failures: number, disabled: boolean): string
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** The two languages. A phrase that one of them lacks does not compile. */
export const WORDING: Readonly<Record<Language, Wording>> = {
  en: {
    labels: {
      project: 'Project',
      workspace: 'Workspace',
      experiment: 'Experiment',
      description: 'Description',
      link: 'Link',
      folder: 'Folder',
      machine: 'Machine',
      commit: 'Commit',
      command: 'Command',
      state: 'State',
      cause: 'Cause',
      duration: 'Duration',
      ended: 'Ended',
      steps: 'Steps',
      level: 'Level',
      step: 'Step',
      rule: 'Rule',
    },
    states: { finished: 'finished', crashed: 'crashed', aborted: 'aborted' },
    levels: { info: 'info', warn: 'warning', error: 'error' },
    units: { ms: ' ms', s: ' s', min: ' min', h: ' h', d: ' d' },
    columns: { key: 'Metric', last: 'Last', min: 'Min', max: 'Max' },
    metrics: 'Final metrics',
    config: 'Configuration',
    error: 'Error',
    terminal: 'Last lines of the terminal',
    notes: 'Please note',
    open: 'Open experiment',
    message: 'SwanLab message',
    footer: 'Sent by SwanLab, as the training program asked.',
    startedTitle: (name) => `Run ${name} started`,
    started: 'Your experiment has started.',
    endedTitle: (name, state, why) => `Run ${name} ${state}${why}`,
    ended: (state, duration, why) =>
      ({
        finished: `Your experiment finished after ${duration}${why}.`,
        crashed: `Your experiment crashed after ${duration}${why}.`,
        aborted: `Your experiment was stopped after ${duration}${why}.`,
      })[state],
    brief: (cause, step) => `: ${cause}${step === undefined ? '' : ` at step ${step}`}`,
    details: (cause, step, values) => `: ${cause}${WORDING.en.results(step, values)}`,
    results: (step, values) =>
      `${step === undefined ? '' : `, at step ${step}`}${
        values.length === 0 ? '' : `; last ${values.map(([key, last]) => `${key} ${last}`).join(', ')}`
      }`,
    inShort: {
      exception: 'uncaught exception',
      killed: 'killed',
      'oom-killed': 'out of memory',
      'crashed-natively': 'native crash',
      'lost-contact': 'contact lost',
      lost: 'contact lost',
    },
    subject: (news, where) => `SwanLab | ${news}${where === undefined ? '' : ` (${where})`}`,
    steps: (logged, last) => `${logged} logged${last === undefined ? '' : `, last step ${last}`}`,
    exit: (code, inside) => `the process exited with code ${code}${inside === undefined ? '' : ` inside ${inside}`}`,
    exitCode: (code) => `exit code ${code}`,
    exception: 'uncaught exception',
    signal: (signal) => `signal ${signal}`,
    reported: 'reported by the program itself',
    killed: 'killed (SIGKILL)',
    oomKilled: 'killed because memory ran out',
    crashedNatively: (signal) => `crashed in native code (${signal})`,
    lostContact: 'contact lost: the process is gone, and nothing says why',
    lost: 'contact was lost; nobody saw the end',
    more: (n) => `and ${n} more`,
    losses: (kind, n) =>
      ({
        records: `${count(n, 'record')} could not be written to disk.`,
        values: `${count(n, 'value')} could not be recorded, not being numbers.`,
        duplicates: `${count(n, 'value')} repeated a key and step already recorded.`,
      })[kind] ?? `Lost: ${kind} (${n}).`,
    callback: (name, failures, disabled) =>
      `Callback ${name} failed ${count(failures, 'time')}${disabled ? ' and was switched off' : ''}.`,
  },
  zh: {
    labels: {
      project: '项目',
      workspace: '工作区',
      experiment: '实验名',
      description: '描述',
      link: '实验链接',
      folder: '本地目录',
      machine: '机器',
      commit: '提交',
      command: '命令',
      state: '状态',
      cause: '原因',
      duration: '用时',
      ended: '结束时间',
      steps: '步数',
      level: '级别',
      step: '步',
      rule: '规则',
    },
    states: { finished: '已完成', crashed: '已崩溃', aborted: '已中止' },
    levels: { info: '提示', warn: '警告', error: '错误' },
    units: { ms: ' 毫秒', s: ' 秒', min: ' 分', h: ' 小时', d: ' 天' },
    columns: { key: '指标', last: '最终值', min: '最小值', max: '最大值' },
    metrics: '最终指标',
    config: '配置',
    error: '错误',
    terminal: '终端最后输出',
    notes: '请注意',
    open: '查看实验',
    message: 'SwanLab 消息',
    footer: '由 SwanLab 按训练程序的设置自动发送。',
    startedTitle: (name) => `实验 ${name} 已开始`,
    started: '您的实验已开始运行。',
    endedTitle: (name, state, why) => `实验 ${name} ${WORDING.zh.states[state]}${why}`,
    ended: (state, duration, why) =>
      ({
        finished: `您的实验已完成，用时 ${duration}${why}。`,
        crashed: `您的实验在运行 ${duration}后崩溃${why}。`,
        aborted: `您的实验在运行 ${duration}后被中止${why}。`,
      })[state],
    brief: (cause, step) => `：${cause}${step === undefined ? '' : `，第 ${step} 步`}`,
    details: (cause, step, values) => `：${cause}${WORDING.zh.results(step, values)}`,
    results: (step, values) =>
      `${step === undefined ? '' : `，位于第 ${step} 步`}${
        values.length === 0 ? '' : `；最后 ${values.map(([key, last]) => `${key} 为 ${last}`).join('，')}`
      }`,
    inShort: {
      exception: '未捕获的异常',
      killed: '被强制终止',
      'oom-killed': '内存不足',
      'crashed-natively': '原生代码崩溃',
      'lost-contact': '失去联系',
      lost: '失去联系',
    },
    subject: (news, where) => `SwanLab | ${news}${where === undefined ? '' : `（${where}）`}`,
    steps: (logged, last) => `已记录 ${logged} 次${last === undefined ? '' : `，最后一步为 ${last}`}`,
    exit: (code, inside) => `进程以退出码 ${code} 结束${inside === undefined ? '' : `（位于 ${inside}）`}`,
    exitCode: (code) => `退出码 ${code}`,
    exception: '未捕获的异常',
    signal: (signal) => `收到信号 ${signal}`,
    reported: '由程序自行上报',
    killed: '进程被强制终止 (SIGKILL)',
    oomKilled: '内存不足，进程被终止',
    crashedNatively: (signal) => `原生代码崩溃 (${signal})`,
    lostContact: '失去联系：进程已消失，原因不明',
    lost: '失去联系，没有观察到结束',
    more: (n) => `另有 ${n} 项`,
    losses: (kind, n) =>
      ({
        records: `${n} 条记录未能写入磁盘。`,
        values: `${n} 个值不是数字，未能记录。`,
        duplicates: `${n} 个值与已记录的键和步重复。`,
      })[kind] ?? `丢失：${kind}（${n}）。`,
    callback: (name, failures, disabled) => `回调 ${name} 失败 ${failures} 次${disabled ? '，已被停用' : ''}。`,
  },
}
