import type { AsyncSeriesHook, SyncHook } from 'tapable'
import type { Callback } from '../contract/callback.ts'
import type { Config } from '../contract/config.ts'
import type { CallbackContext, CallbackPlace } from '../contract/context.ts'
import { SwanLabError } from '../contract/error.ts'
import type { RunHooks } from '../contract/hooks.ts'
import { MOMENTS, type Moment } from '../contract/moments.ts'
import type { Report } from '../contract/report.ts'
import type { Outbox } from '../delivery/outbox.ts'
import type { Redactor } from '../text/redactor.ts'
import { describeError } from '../text/thrown.ts'
import { checkCallback } from './callback-check.ts'
import { Contexts } from './contexts.ts'
import { isThenable } from './deadline.ts'
import { Dispatcher } from './dispatcher.ts'
import { Guard } from './guard.ts'
import { createHooks } from './hooks.ts'
import { PendingWork } from './pending-work.ts'
import type { Listener } from './taps.ts'

/** Recorders come first whatever `stage` others ask for. */
const FIRST = Number.MIN_SAFE_INTEGER

export interface CallbackSetOptions {
  readonly place: CallbackPlace
  readonly report: Report
  /** Where callbacks' own messages go. Default: as those about them. */
  readonly say?: Report | undefined
  /** Milliseconds since 1970, for what callbacks raise. */
  readonly clock: () => number
  /** What alerts go through, and in the training what callbacks answer. */
  readonly redactor: Redactor
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly timeout: number
  /** Takes what they deliver. */
  readonly outbox: Outbox
  /** The configuration of the run, where it can be changed. */
  readonly config?: Config | undefined
  /** Others may have seen the moments that these will see. Default: false. */
  readonly redelivered?: boolean | undefined
  /** Aborts when they are to stop at once. Default: never. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The callbacks of one run in one place, the same for the training, the background process and a replay: guarded, on
 * one set of hooks, with contexts to act through and the work that the end waits for.
 */
export class CallbackSet {
  readonly guard: Guard
  readonly contexts: Contexts
  readonly dispatcher: Dispatcher
  readonly outbox: Outbox
  readonly #place: CallbackPlace
  readonly #report: Report
  /** What they have asked to be waited for. */
  readonly pending: PendingWork = new PendingWork((name, error) => this.guard.failed(name, 'waitUntil', error))

  constructor({ place, report, say = report, redactor, timeout, outbox, ...more }: CallbackSetOptions) {
    const live = place === 'live'
    this.outbox = outbox
    this.#place = place
    this.#report = report
    this.contexts = new Contexts({
      ...more,
      place,
      report: say,
      redactor,
      waitUntil: (name, work) => this.pending.add(name, work),
      deliver: ({ name }, message, key) => {
        outbox.post(name, key, message)
        // Elsewhere messages outlast the other work, and are waited for by themselves.
        if (live) this.pending.add(name, outbox.settled(name))
      },
    })
    // Elsewhere the run has long begun, and nobody's `log()` pays for what is tracked.
    this.guard = new Guard({ report, timeout, contexts: this.contexts, tracksAll: !live, rethrows: live })
    // Nor does anybody record what is answered there.
    const hooks = createHooks(this.guard, report, live ? redactor : undefined)
    this.dispatcher = new Dispatcher(hooks, this.guard, report)
  }

  get hooks(): RunHooks {
    return this.dispatcher.hooks
  }

  /** @throws SwanLabError `INVALID_CALLBACK` for what cannot be a callback, and when its name is taken. */
  enroll(callback: Callback): void {
    // What is rebuilt in the background process has been checked in the training.
    if (this.#place !== 'resident') checkCallback(callback, this.#report)
    this.guard.enroll(callback)
  }

  /**
   * From now on a callback that has been enrolled is called.
   *
   * @param only - Moments in which it is; it lives elsewhere then. Default: all.
   * @throws SwanLabError `CALLBACK_FAILED` when its `apply` fails.
   */
  attach(callback: Callback, only?: readonly Moment[]): void {
    tapMoments(this.hooks, callback, this.contexts.of(callback), only)
    // What an earlier process left undelivered is taken up at once.
    if (callback.send && !only)
      this.outbox.channel(callback.name, (message, attempt) => callback.send!(message as never, attempt))
  }

  /** Nothing more comes. */
  close(): void {
    this.hooks.close.call()
    this.guard.close()
  }
}

function tapMoments(hooks: RunHooks, callback: Callback, context: CallbackContext, only?: readonly Moment[]): void {
  const { name, immediate = false } = callback
  if (!only) apply(hooks, callback, context)
  for (const moment of Object.keys(MOMENTS) as Moment[]) {
    const { hook, awaited } = MOMENTS[moment]
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
