import { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type { Callback } from '../contract/callback.ts'
import { MOMENTS, type Moment } from '../contract/moments.ts'
import type { CallbackContext } from '../contract/context.ts'
import type { RunHooks } from '../contract/hooks.ts'
import { SwanLabError } from '../contract/error.ts'
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
import type { Contexts } from './contexts.ts'
import { isThenable } from './deadline.ts'
import type { Guard } from './guard.ts'
import { answerInit, answerOpen, checkInitAnswer } from './init-answer.ts'
import { guardInterceptors } from './interceptors.ts'
import type { Redactor } from '../text/redactor.ts'
import { describeError } from '../text/thrown.ts'

/** Hooks that are dispatched in the caller's own turn. */
export type SyncHookName = 'runtimeInfo' | 'column' | 'log' | 'media' | 'metric' | 'alert'
/** Hooks that are awaited, and never reject. */
export type AwaitedHookName = 'run' | 'error' | 'finish'
/** The payload of one hook. */
export type PayloadOf<K extends keyof RunHooks> = RunHooks[K] extends { call(payload: infer P): unknown }
  ? P
  : RunHooks[K] extends { promise(payload: infer P): unknown }
    ? P
    : never

type Listener = (payload: unknown) => unknown
type Interceptor = Parameters<SyncHook<[unknown]>['intercept']>[0]
export type Tap = Parameters<NonNullable<Interceptor['register']>>[0] & { readonly immediate?: boolean }

/** Recorders come first whatever `stage` others ask for. */
const FIRST = Number.MIN_SAFE_INTEGER

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
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
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

/**
 * Taps a callback's moments under its name.
 *
 * @param only - Moments that are tapped; then `apply` is not called. Default: all.
 * @throws SwanLabError `CALLBACK_FAILED` when its `apply` fails.
 */
export function attach(hooks: RunHooks, callback: Callback, contexts: Contexts, only?: readonly Moment[]): void {
  const { name, immediate = false } = callback
  const context = contexts.of(callback)
  if (!only) apply(hooks, callback, context)
  for (const [moment, { hook, awaited }] of entries(MOMENTS)) {
    const method = callback[moment] as ((payload: unknown, context: CallbackContext) => unknown) | undefined
    if (typeof method !== 'function' || (moment === 'onConsole' && !immediate) || only?.includes(moment) === false)
      continue
    const listener: Listener =
      moment === 'onClose'
        ? () => (method as unknown as (context: CallbackContext) => unknown).call(callback, context)
        : (payload) => method.call(callback, payload, context)
    const options = immediate ? { name, stage: FIRST, immediate } : { name }
    if (awaited) (hooks[hook] as AsyncSeriesHook<[unknown]>).tapPromise(options, listener as () => Promise<void>)
    else (hooks[hook] as SyncHook<[unknown]>).tap(options, listener)
  }
}

/**
 * Calls, in this very turn, every tap that has not been called with this payload, as for a process that is about to
 * exit. What a tap does synchronously is done; what it awaits may not be. Recorders have been called already.
 *
 * @returns resolves when all of them are done, and never rejects.
 */
export function callRemaining<K extends keyof RunHooks>(
  hooks: RunHooks,
  hook: K,
  payload: PayloadOf<K>,
): Promise<unknown> {
  return callEach(
    tapsOf(hooks, hook).filter(({ immediate }) => !immediate),
    payload,
  )
}

/** Calls the recorders alone, in this very turn. */
export function callRecorders<K extends keyof RunHooks>(hooks: RunHooks, hook: K, payload: PayloadOf<K>): void {
  for (const { immediate, fn } of tapsOf(hooks, hook)) if (immediate) void (fn as Listener)(payload)
}

/** Does anybody but recorders listen? */
export function hasListeners(hooks: RunHooks, hook: keyof RunHooks): boolean {
  for (const { immediate } of tapsOf(hooks, hook)) if (!immediate) return true
  return false
}

/** Calls `onStop` of callbacks whose `onInit` succeeded, in this very turn: the run will not start after all. Never rejects. */
export function stopStarted(hooks: RunHooks, guard: Guard, outcome: Outcome): Promise<unknown> {
  const started = tapsOf(hooks, 'finish').filter(({ name }) => guard.hasStarted(name))
  return callEach(started, outcome).then(() => {
    for (const { name, fn } of tapsOf(hooks, 'close')) if (guard.hasStarted(name)) (fn as Listener)(undefined)
  })
}

function tapsOf(hooks: RunHooks, hook: keyof RunHooks): readonly Tap[] {
  return hooks[hook].taps
}

function callEach(taps: readonly Tap[], payload: unknown): Promise<unknown> {
  return Promise.allSettled(taps.map(async (tap) => (tap.fn as Listener)(payload)))
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

function entries<T extends object>(table: T): [keyof T, T[keyof T]][] {
  return Object.entries(table) as [keyof T, T[keyof T]][]
}
