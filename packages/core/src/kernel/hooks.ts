import { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook, SyncWaterfallHook } from 'tapable'
import { MOMENTS, type Moment } from '../contract/moments.ts'
import type { RunHooks } from '../contract/hooks.ts'
import type {
  Alert,
  ColumnInfo,
  ConsoleLine,
  InitInfo,
  LogRecord,
  MediaRecord,
  MetricInfo,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import type { Redactor } from '../text/redactor.ts'
import type { Guard } from './guard.ts'
import { answerInit, answerOpen, checkInitAnswer } from './init-answer.ts'
import { guardInterceptors } from './interceptors.ts'
import type { Interceptor, Listener, Tap } from './taps.ts'

/**
 * Makes the hooks of one run. Everything that is ever tapped on them passes through `guard`.
 *
 * @param redactor - What answers go through.
 */
export function createHooks(guard: Guard, report: Report, redactor?: Redactor): RunHooks {
  const hooks: RunHooks = Object.freeze({
    init: new AsyncSeriesWaterfallHook<[InitInfo]>(['info'], 'init'),
    open: new SyncWaterfallHook<[RunInfo]>(['run'], 'open'),
    run: new AsyncSeriesHook<[RunInfo]>(['run'], 'run'),
    runtimeInfo: new SyncHook<[RuntimeInfo]>(['info'], 'runtimeInfo'),
    column: new SyncHook<[ColumnInfo]>(['column'], 'column'),
    log: new SyncHook<[LogRecord]>(['record'], 'log'),
    metric: new SyncHook<[MetricInfo]>(['metric'], 'metric'),
    media: new SyncHook<[MediaRecord]>(['media'], 'media'),
    alert: new SyncHook<[Alert]>(['alert'], 'alert'),
    console: new SyncHook<[ConsoleLine]>(['line'], 'console'),
    error: new AsyncSeriesHook<[RunFailure]>(['failure'], 'error'),
    finish: new AsyncSeriesHook<[Outcome]>(['outcome'], 'finish'),
    close: new SyncHook<[void]>(['nothing'], 'close'),
  })
  for (const moment of Object.keys(MOMENTS) as Moment[]) {
    const { hook, awaited } = MOMENTS[moment]
    const guarded = (tap: Tap): Tap =>
      awaited
        ? { ...tap, type: 'promise', fn: guardAwaited(guard, tap, moment, report, redactor) }
        : { ...tap, fn: guardSync(guard, tap, moment, report) }
    // tapable isolates nothing and awaits nothing it was not asked to; `register` is the one seam that sees every tap.
    hooks[hook].intercept({ register: guarded })
    guardInterceptors<Tap, Interceptor>(hooks[hook] as SyncHook<[unknown]>, hook, guarded, report)
  }
  return hooks
}

function guardSync(guard: Guard, tap: Tap, moment: Moment, report: Report): (payload: never) => unknown {
  const { name } = tap
  const listener = tap.fn as Listener
  if (moment !== 'onOpen') return guard.sync(name, moment, listener)
  const guarded = guard.syncOrThrow(name, moment, listener)
  return (run: RunInfo) => (guard.hasDeclined(name) ? run : answerOpen(run, guarded(run), name, report))
}

function guardAwaited(
  guard: Guard,
  tap: Tap,
  moment: Moment,
  report: Report,
  redactor: Redactor | undefined,
): (payload: never) => Promise<unknown> {
  const listener: Listener = tap.type === 'async' ? fromErrorFirst(tap.fn) : (tap.fn as Listener)
  if (moment !== 'onInit') return guard.awaited(tap.name, moment, listener)
  const guarded = guard.awaited(tap.name, moment, async (info: InitInfo) => checkInitAnswer(await listener(info)))
  return async (info: InitInfo) => answerInit(info, await guarded(info), tap.name, report, redactor)
}

function fromErrorFirst(listener: Function): Listener {
  return (payload) =>
    new Promise((resolve, reject) => {
      listener(payload, (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)))
    })
}
