import { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook } from 'tapable'
import { MOMENTS, type Callback, type Moment } from './callback.ts'
import type { CallbackContext, Contexts } from './context.ts'
import { isThenable } from './deadline.ts'
import { SwanLabError } from './error.ts'
import { UNHEARD, type Guard } from './guard.ts'
import { answerInit } from './init-answer.ts'
import { guardInterceptors } from './interceptors.ts'
import type {
  Alert,
  ColumnInfo,
  InitInfo,
  LogRecord,
  MediaRecord,
  MetricInfo,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from './payloads.ts'
import type { Report } from './reporter.ts'
import { describeError } from './thrown.ts'

/**
 * The moments of a run as tapable hooks, in the order of a run's life. Every tap, however it is made, runs inside the
 * guard. tapable compiles its dispatch with `new Function`, so code generation from strings must be allowed.
 */
export interface RunHooks {
  /** Each answer is merged into what the next tap hears. */
  readonly init: AsyncSeriesWaterfallHook<[InitInfo]>
  readonly run: AsyncSeriesHook<[RunInfo]>
  readonly runtimeInfo: SyncHook<[RuntimeInfo]>
  readonly column: SyncHook<[ColumnInfo]>
  readonly log: SyncHook<[LogRecord]>
  readonly metric: SyncHook<[MetricInfo]>
  readonly media: SyncHook<[MediaRecord]>
  readonly alert: SyncHook<[Alert]>
  readonly error: AsyncSeriesHook<[RunFailure]>
  readonly finish: AsyncSeriesHook<[Outcome]>
}

/** Hooks that are heard at once, in the caller's own turn. */
export type SyncHookName = 'runtimeInfo' | 'column' | 'log' | 'media' | 'metric' | 'alert'
/** Hooks that are awaited, and never reject. */
export type AwaitedHookName = 'run' | 'error' | 'finish'
/** The payload of one hook. */
export type PayloadOf<K extends keyof RunHooks> = Parameters<NonNullable<Callback[MethodOf<K>]>>[0]
type MethodOf<K extends keyof RunHooks> = { [M in Moment]: (typeof MOMENTS)[M]['hook'] extends K ? M : never }[Moment]

type Listener = (payload: unknown, only?: typeof UNHEARD) => unknown
type Interceptor = Parameters<SyncHook<[unknown]>['intercept']>[0]
type Tap = Parameters<NonNullable<Interceptor['register']>>[0]

/** Makes the hooks of one run. Everything that is ever tapped on them passes through `guard`. */
export function createHooks(guard: Guard, report: Report): RunHooks {
  const hooks = Object.freeze({
    init: new AsyncSeriesWaterfallHook<[InitInfo]>(['info'], 'init'),
    run: new AsyncSeriesHook<[RunInfo]>(['run'], 'run'),
    runtimeInfo: new SyncHook<[RuntimeInfo]>(['info'], 'runtimeInfo'),
    column: new SyncHook<[ColumnInfo]>(['column'], 'column'),
    log: new SyncHook<[LogRecord]>(['record'], 'log'),
    metric: new SyncHook<[MetricInfo]>(['metric'], 'metric'),
    media: new SyncHook<[MediaRecord]>(['media'], 'media'),
    alert: new SyncHook<[Alert]>(['alert'], 'alert'),
    error: new AsyncSeriesHook<[RunFailure]>(['failure'], 'error'),
    finish: new AsyncSeriesHook<[Outcome]>(['outcome'], 'finish'),
  })
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
    const guarded = (tap: Tap): Tap =>
      awaited
        ? { ...tap, type: 'promise', fn: guardAwaited(guard, tap, moment, report) }
        : { ...tap, fn: guard.sync(tap.name, moment, tap.fn as Listener) }
    // tapable isolates nothing and awaits nothing it was not told to; `register` is the one seam that sees every tap.
    hooks[hook].intercept({ register: guarded })
    guardInterceptors<Tap, Interceptor>(hooks[hook] as SyncHook<[unknown]>, hook, guarded, report)
  }
  return hooks
}

/**
 * Taps a callback's moments under its name.
 *
 * @throws SwanLabError `CALLBACK_FAILED` when its `apply` fails.
 */
export function attach(hooks: RunHooks, callback: Callback, contexts: Contexts): void {
  const context = contexts.of(callback.name)
  apply(hooks, callback, context)
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
    const method = callback[moment] as ((payload: unknown, context: CallbackContext) => unknown) | undefined
    if (typeof method !== 'function') continue
    const listener: Listener = (payload) => method.call(callback, payload, context)
    if (awaited) (hooks[hook] as AsyncSeriesHook<[unknown]>).tapPromise(callback.name, listener as () => Promise<void>)
    else (hooks[hook] as SyncHook<[unknown]>).tap(callback.name, listener)
  }
}

/**
 * Calls, in this very turn, every tap that has not been called with this payload, as for a process that is about to
 * exit. What a tap does synchronously is done; what it awaits may not be.
 *
 * @returns resolves when all of them are done, and never rejects.
 */
export function tellRest<K extends keyof RunHooks>(hooks: RunHooks, hook: K, payload: PayloadOf<K>): Promise<unknown> {
  return tellTaps(hooks[hook].taps, payload)
}

/** Tells callbacks whose `onInit` succeeded, in this very turn, that the run will not start after all. Never rejects. */
export function stopStarted(hooks: RunHooks, guard: Guard, outcome: Outcome): Promise<unknown> {
  return tellTaps(
    hooks.finish.taps.filter((tap) => guard.hasStarted(tap.name)),
    outcome,
  )
}

function tellTaps(taps: readonly Tap[], payload: unknown): Promise<unknown> {
  return Promise.allSettled(taps.map(async (tap) => (tap.fn as Listener)(payload, UNHEARD)))
}

function apply(hooks: RunHooks, callback: Callback, context: CallbackContext): void {
  const failed = (error: unknown, what = describeError(error)): SwanLabError =>
    new SwanLabError('CALLBACK_FAILED', `Callback "${callback.name}" failed in apply: ${what}`, { cause: error })
  let answer: unknown
  try {
    answer = callback.apply?.(hooks, context)
  } catch (error) {
    throw failed(error)
  }
  if (answer === undefined || !isThenable(answer)) return
  answer.then(undefined, () => {})
  throw failed(undefined, 'it must tap at once, and must not be async')
}

function guardAwaited(guard: Guard, tap: Tap, moment: Moment, report: Report): (payload: never) => Promise<unknown> {
  const listener: Listener = tap.type === 'async' ? fromErrorFirst(tap.fn) : (tap.fn as Listener)
  const guarded = guard.awaited(tap.name, moment, listener)
  if (moment !== 'onInit') return guarded
  return async (info: InitInfo) => answerInit(info, await guarded(info), tap.name, report)
}

function fromErrorFirst(listener: Function): Listener {
  return (payload) =>
    new Promise((resolve, reject) => {
      listener(payload, (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)))
    })
}

function entries<T extends object>(table: T): [keyof T, T[keyof T]][] {
  return Object.entries(table) as [keyof T, T[keyof T]][]
}
