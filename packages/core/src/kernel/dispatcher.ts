import type { Outcome, RunFailure } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import type { RunHooks } from '../contract/hooks.ts'
import type { Guard } from './guard.ts'
import { callRecorders, callRemaining, hasListeners, type PayloadOf } from './taps.ts'

/** How often callbacks may answer each other before they are only recorded. */
export const MAX_ECHO = 32
/** Moments that may wait for their turn while another is being dispatched. */
export const MAX_WAITING = 16_384

/** Hooks that are dispatched in the caller's own turn. */
type SyncHookName = 'runtimeInfo' | 'column' | 'log' | 'media' | 'metric' | 'alert'
/** Hooks that are awaited, and never reject. */
type AwaitedHookName = 'run' | 'error' | 'finish'

interface Moment {
  readonly hook: keyof RunHooks
  readonly payload: unknown
}

interface Waiting extends Moment {
  readonly hook: SyncHookName
  readonly echo: number
}

/** Taps and interceptors are guarded, so no call throws or rejects. */
type Call = (payload: unknown) => unknown

/**
 * Dispatches the moments of a run: to recorders at once, so that a recorded moment is safe whatever others do, and to
 * everybody else in order. A moment that comes while another is being dispatched waits until all have had the first:
 * every callback sees the same order, and nobody can recurse.
 */
export class Dispatcher {
  readonly hooks: RunHooks
  readonly #guard: Guard
  readonly #report: Report
  readonly #waiting: Waiting[] = []
  /** Index of the one among {@link #waiting} that is next. */
  #next = 0
  /** What is being dispatched right now. */
  #now: Moment | undefined
  #echo = 0
  /** Reasons to let synchronous moments wait. */
  #holds = 0
  #queue: Promise<void> = Promise.resolve()
  #over = false
  #full = false
  /** Called after each moment that was dispatched, for what callbacks may have changed meanwhile. */
  afterEach: () => void = () => {}

  constructor(hooks: RunHooks, guard: Guard, report: Report) {
    this.hooks = hooks
    this.#guard = guard
    this.#report = report
  }

  emit<K extends SyncHookName>(hook: K, payload: PayloadOf<K>): void {
    if (this.#now !== undefined || this.#holds > 0 || this.#over) {
      callRecorders(this.hooks, hook, payload)
      this.#wait(hook, payload)
      return
    }
    if (this.hooks[hook].taps.length === 0) return
    this.#dispatch(hook, payload, 0, false)
    if (this.#waiting.length > 0) this.#dispatchWaiting()
  }

  /** What `emit` emits belongs together: should a callback end the process in one of these moments, all are kept. */
  together(emit: () => void): void {
    this.#holds++
    emit()
    this.#holds--
    if (this.#now === undefined && this.#holds === 0) this.#dispatchWaiting()
  }

  /** Does anybody but recorders listen? */
  hasListeners(hook: SyncHookName): boolean {
    return hasListeners(this.hooks, hook)
  }

  /** From now on, synchronous moments wait for the next awaited one. */
  hold(): void {
    this.#holds++
  }

  /**
   * Dispatches an awaited moment, after all earlier ones; recorders get it at once. What comes meanwhile is dispatched
   * after it; after `finish`, nothing is. Never rejects.
   */
  emitAwaited<K extends AwaitedHookName>(hook: K, payload: PayloadOf<K>): Promise<void> {
    callRecorders(this.hooks, hook, payload)
    this.#holds++
    this.#queue = this.#queue.then(async () => {
      // Nobody gets anything of a run before it has started.
      if (hook !== 'run') this.#dispatchWaiting()
      if (!this.#over) await this.#dispatchAwaited(hook, payload)
      this.#holds--
      if (hook === 'finish') this.#end()
      else this.#dispatchWaiting()
    })
    return this.#queue
  }

  /** Dispatches, in this very turn, the end and everything before it to all who have not had it. */
  emitEndNow(failure: RunFailure | undefined, outcome: Outcome): void {
    if (this.#over) return
    this.#holds++
    const interrupted = this.#now
    if (interrupted) callRemaining(this.hooks, interrupted.hook, interrupted.payload as never)
    if (interrupted?.hook !== 'finish') {
      this.#dispatchWaiting()
      if (failure) callRemaining(this.hooks, 'error', failure)
      this.#dispatchWaiting()
    }
    callRemaining(this.hooks, 'finish', outcome)
    this.#end()
  }

  #end(): void {
    this.#over = true
    this.#now = undefined
    this.#waiting.length = 0
  }

  #wait(hook: SyncHookName, payload: unknown): void {
    if (this.#over || !hasListeners(this.hooks, hook)) return
    const echo = this.#now === undefined ? 0 : this.#echo + 1
    if (echo <= MAX_ECHO && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push({ hook, payload, echo })
    } else if (!this.#full) {
      this.#full = true
      this.#report(
        'error',
        echo > MAX_ECHO
          ? `${this.#guard.currentListener ?? 'A callback'} answers moments with new ones without end. They are recorded, but no longer passed on.`
          : `More than ${MAX_WAITING} moments wait for callbacks. Further ones are recorded, but not passed on.`,
      )
    }
  }

  #dispatchWaiting(): void {
    // Re-entrant: process.exit() in a listener drains the rest.
    while (this.#next < this.#waiting.length) {
      const { hook, payload, echo } = this.#waiting[this.#next++]!
      this.#dispatch(hook, payload, echo, true)
    }
    this.#waiting.length = 0
    this.#next = 0
  }

  /** @param recorded - Have the recorders been given it already? */
  #dispatch(hook: SyncHookName, payload: unknown, echo: number, recorded: boolean): void {
    this.#now = { hook, payload }
    this.#echo = echo
    if (recorded) this.#guard.recorded = payload
    ;(this.hooks[hook].call as Call)(payload)
    this.afterEach()
    this.#now = undefined
  }

  async #dispatchAwaited(hook: AwaitedHookName, payload: unknown): Promise<void> {
    this.#now = { hook, payload }
    this.#echo = 0
    await (this.hooks[hook].promise as Call)(payload)
    this.afterEach()
    this.#now = undefined
  }
}
