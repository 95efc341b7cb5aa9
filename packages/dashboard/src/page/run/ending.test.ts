import { describe, expect, it } from 'vitest'
import type { Cause } from '@swanlab/core'
import type { ColumnSummary, ShownState } from '../../protocol/runs.ts'
import { fill } from '../text/fill.ts'
import { SCREEN_MESSAGES } from '../text/screen-messages.ts'
import { causePhrase, endingSentence, evidenceOf, headline, saysMore, type Words } from './ending.ts'

const wordsOf = (language: 'en' | 'zh'): Words => ({
  say: (key, values = {}) => fill(SCREEN_MESSAGES[key][language === 'zh' ? 1 : 0], values, language),
  duration: (milliseconds) => `${milliseconds / 60_000} min`,
  value: String,
})
const [en, zh] = [wordsOf('en'), wordsOf('zh')]
const loss: ColumnSummary = { key: 'train/loss', kind: 'scalar', section: 'train', count: 9, nonFinite: 0, last: 0.031 }

describe('the words for how a run ended', () => {
  it('say why, where, after how long, and what was logged last', () => {
    const killed = { state: 'crashed', cause: { type: 'killed', evidence: ['exit status: SIGKILL'] } } as const
    const known = { duration: 63 * 60_000, lastStep: 1_412, metric: loss }
    expect(endingSentence(killed, known, en)).toBe(
      'Killed by SIGKILL at step 1,412 after 63 min; last train/loss 0.031.',
    )
    expect(endingSentence(killed, known, zh)).toBe(
      '被 SIGKILL 强制终止，位于第 1,412 步，运行了 63 min；最后的 train/loss 为 0.031。',
    )
    expect(evidenceOf(killed.cause)).toEqual(['exit status: SIGKILL'])
  })

  it('are not followed by an error that says the same', () => {
    const error = { name: 'Killed', message: 'the process was killed (SIGKILL)' }
    expect(saysMore({ cause: { type: 'killed', evidence: [] }, error })).toBe(false)
    expect(saysMore({ cause: { type: 'exit', code: 3 }, error: { ...error, stack: 'at work' } })).toBe(true)
    expect(saysMore({ error })).toBe(true)
  })

  it('leave out what is not known', () => {
    expect(endingSentence({ state: 'finished' }, {}, en)).toBe('Finished.')
    expect(endingSentence({ state: 'running' }, { duration: 60_000 }, en)).toBe('Running for 1 min.')
    expect(endingSentence({ state: 'unreadable', problem: 'The journal holds no run.' }, {}, en)).toBe(
      'The journal holds no run.',
    )
  })

  const causes: readonly [ShownState, Cause, en: string, zh: string][] = [
    ['crashed', { type: 'exit', code: 1_000 }, 'The process exited with code 1000', '进程以退出码 1000 结束'],
    [
      'crashed',
      { type: 'exit', code: 3, inside: 'csv.onLog' },
      'The process exited with code 3 inside csv.onLog',
      '进程在 csv.onLog 中以退出码 3 结束',
    ],
    ['crashed', { type: 'exception' }, 'An exception was not caught', '有未捕获的异常'],
    ['aborted', { type: 'signal', signal: 'SIGTERM' }, 'Stopped by SIGTERM', '被 SIGTERM 中止'],
    ['aborted', { type: 'signal', signal: 'SIGINT' }, 'Stopped from the keyboard (SIGINT)', '被键盘中断 (SIGINT)'],
    ['crashed', { type: 'killed', evidence: [] }, 'Killed by SIGKILL', '被 SIGKILL 强制终止'],
    ['crashed', { type: 'oom-killed', evidence: [] }, 'Killed because memory ran out', '内存不足，进程被终止'],
    [
      'crashed',
      { type: 'crashed-natively', signal: 'SIGSEGV', evidence: [] },
      'Crashed in native code (SIGSEGV)',
      '原生代码崩溃 (SIGSEGV)',
    ],
    [
      'crashed',
      { type: 'lost-contact', evidence: [] },
      'Contact lost: the process is gone, and nothing says why',
      '失去联系：进程已消失，原因不明',
    ],
    ['crashed', { type: 'reported' }, 'The program itself reported a failure', '程序自行上报失败'],
    ['aborted', { type: 'reported' }, 'The program itself ended the run as aborted', '程序自行将实验标记为已中止'],
    ['lost', { type: 'lost' }, 'Nobody saw it end: the process is gone', '没有观察到结束：进程已消失'],
  ]
  it.each(causes)('are there for a run that is %s by %j', (state, cause, english, chinese) => {
    expect(causePhrase({ state, cause }, en)).toBe(english)
    expect(causePhrase({ state, cause }, zh)).toBe(chinese)
  })

  it('fall back to the state for a cause that a later client recorded', () => {
    expect(causePhrase({ state: 'crashed', cause: { type: 'new' } as never }, en)).toBe('Crashed')
  })
})

it('takes the loss of training as the metric that says most', () => {
  const columns = ['lr', 'eval/loss', 'train/loss'].map((key) => ({ ...loss, key }))
  expect(headline(columns)?.key).toBe('train/loss')
  expect(headline(columns.slice(0, 2))?.key).toBe('eval/loss')
  expect(headline(columns.slice(0, 1))?.key).toBe('lr')
  expect(headline([])).toBeUndefined()
})

it('has every message in both languages, with the same places to fill in', () => {
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+/g))].toSorted()
  for (const [english, chinese] of Object.values(SCREEN_MESSAGES)) {
    expect(chinese).not.toBe('')
    expect(places(chinese)).toEqual(places(english))
  }
})
