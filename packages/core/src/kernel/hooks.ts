import { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook } from 'tapable'
import { MOMENTS, type Callback, type Moment } from './callback.ts'
import type { Guard } from './guard.ts'
import { answerInit } from './init-answer.ts'
import type {
  Alert,
  ColumnInfo,
  InitInfo,
  LogRecord,
  MetricInfo,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from './payloads.ts'
import type { Report } from './reporter.ts'

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
  readonly alert: SyncHook<[Alert]>
  readonly error: AsyncSeriesHook<[RunFailure]>
  readonly finish: AsyncSeriesHook<[Outcome]>
}

/** Hooks that are heard at once, in the caller's own turn. */
export type SyncHookName = 'runtimeInfo' | 'column' | 'log' | 'metric' | 'alert'
/** The payload of one hook. */
export type PayloadOf<K extends keyof RunHooks> = Parameters<NonNullable<Callback[MethodOf<K>]>>[0]
type MethodOf<K extends keyof RunHooks> = { [M in Moment]: (typeof MOMENTS)[M]['hook'] extends K ? M : never }[Moment]

type Listener = (payload: unknown) => unknown
type Tap = Parameters<NonNullable<Parameters<SyncHook<[unknown]>['intercept']>[0]['register']>>[0]

/** Makes the hooks of one run. Everything that is ever tapped on them passes through `guard`. */
export function createHooks(guard: Guard, report: Report): RunHooks {
  const hooks = Object.freeze({
    init: new AsyncSeriesWaterfallHook<[InitInfo]>(['info'], 'init'),
    run: new AsyncSeriesHook<[RunInfo]>(['run'], 'run'),
    runtimeInfo: new SyncHook<[RuntimeInfo]>(['info'], 'runtimeInfo'),
    column: new SyncHook<[ColumnInfo]>(['column'], 'column'),
    log: new SyncHook<[LogRecord]>(['record'], 'log'),
    metric: new SyncHook<[MetricInfo]>(['metric'], 'metric'),
    alert: new SyncHook<[Alert]>(['alert'], 'alert'),
    error: new AsyncSeriesHook<[RunFailure]>(['failure'], 'error'),
    finish: new AsyncSeriesHook<[Outcome]>(['outcome'], 'finish'),
  })
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
    // tapable isolates nothing and awaits nothing it was not told to; `register` is the one seam that sees every tap.
    hooks[hook].intercept({
      register: (tap: Tap): Tap =>
        awaited
          ? { ...tap, type: 'promise', fn: guardAwaited(guard, tap, moment, report) }
          : { ...tap, fn: guard.sync(tap.name, moment, tap.fn as Listener) },
    })
  }
  return hooks
}

/** Taps a callback's moments under its name. */
export function attach(hooks: RunHooks, callback: Callback): void {
  callback.apply?.(hooks)
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
    const method = callback[moment] as Listener | undefined
    if (typeof method !== 'function') continue
    const listener: Listener = (payload) => method.call(callback, payload)
    if (awaited) (hooks[hook] as AsyncSeriesHook<[unknown]>).tapPromise(callback.name, listener as () => Promise<void>)
    else (hooks[hook] as SyncHook<[unknown]>).tap(callback.name, listener)
  }
}

/**
 * Calls every tap of an awaited hook in this very turn, for a process that is about to exit: what a tap does
 * synchronously is done, what it wanted to await is not.
 */
export function callNow<K extends 'error' | 'finish'>(hooks: RunHooks, hook: K, payload: PayloadOf<K>): void {
  for (const tap of hooks[hook].taps) void (tap.fn as (payload: unknown) => Promise<unknown>)(payload)
}

/** Tells callbacks whose `onInit` succeeded that the run will not start after all. */
export async function stopStarted(hooks: RunHooks, guard: Guard, outcome: Outcome): Promise<void> {
  for (const tap of hooks.finish.taps) if (guard.started.has(tap.name)) await (tap.fn as (outcome: Outcome) => Promise<unknown>)(outcome)
}

function guardAwaited(guard: Guard, tap: Tap, moment: Moment, report: Report): (payload: never) => Promise<unknown> {
  const listener: Listener = tap.type === 'async' ? fromErrorFirst(tap.fn) : (tap.fn as Listener)
  const guarded = guard.awaited(tap.name, moment, listener, moment === 'onInit')
  if (moment !== 'onInit') return guarded
  return async (info: InitInfo) => {
    const answer = await guarded(info)
    guard.started.add(tap.name)
    return answerInit(info, answer, tap.name, report)
  }
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
