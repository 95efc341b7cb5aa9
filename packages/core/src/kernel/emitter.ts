import type { Guard } from './guard.ts'
import { tellRest, type AwaitedHookName, type PayloadOf, type RunHooks, type SyncHookName } from './hooks.ts'
import type { Outcome, RunFailure } from './payloads.ts'
import type { Report } from './reporter.ts'

/** How often callbacks may answer each other before they are only recorded. */
export const MAX_ECHO = 32
/** Moments that may wait for their turn while another is being heard. */
export const MAX_WAITING = 16_384

interface Moment {
  readonly hook: keyof RunHooks
  readonly payload: unknown
}

interface Waiting extends Moment {
  readonly hook: SyncHookName
  readonly echo: number
}

/** One synchronous moment. */
export type Emission = { [K in SyncHookName]: { readonly hook: K; readonly payload: PayloadOf<K> } }[SyncHookName]

/** What an {@link Emitter} is put together from. */
export interface EmitterParts {
  readonly backend: RunHooks
  readonly heard: RunHooks
  readonly guard: Guard
  readonly report: Report
}

/** Taps and interceptors are guarded, so no call throws or rejects. */
type Call = (payload: unknown) => unknown

/**
 * Carries the moments of a run: to the backend at once, so that a recorded moment is safe whatever callbacks do, and to
 * everybody else in order. A moment that comes while another is being heard waits until all have heard the first: every
 * callback sees the same order, and nobody can recurse.
 */
export class Emitter {
  readonly #parts: EmitterParts
  readonly #waiting: Waiting[] = []
  /** Index of the one among {@link #waiting} that is to be heard next. */
  #next = 0
  /** What is being heard right now. */
  #now: Moment | undefined
  #echo = 0
  /** Reasons to let synchronous moments wait. */
  #holds = 0
  #queue: Promise<void> = Promise.resolve()
  #over = false
  #full = false
  /** Called after each moment that callbacks have heard, for what they may have changed meanwhile. */
  afterEach: () => void = () => {}

  constructor(parts: EmitterParts) {
    this.#parts = parts
  }

  emit<K extends SyncHookName>(hook: K, payload: PayloadOf<K>): void {
    const { backend, heard } = this.#parts
    ;(backend[hook].call as Call)(payload)
    if (heard[hook].taps.length === 0 || this.#over) return
    if (this.#now !== undefined || this.#holds > 0) return this.#wait(hook, payload)
    this.#pass(hook, payload, 0)
    if (this.#waiting.length > 0) this.#passWaiting()
  }

  /** Emits what belongs together: should a callback end the process in one of these moments, all of them are kept. */
  emitAll(moments: readonly Emission[]): void {
    const { backend, heard } = this.#parts
    for (const { hook, payload } of moments) (backend[hook].call as Call)(payload)
    if (this.#over) return
    const busy = this.#now !== undefined || this.#holds > 0
    for (const { hook, payload } of moments) {
      if (heard[hook].taps.length === 0) continue
      if (busy) this.#wait(hook, payload)
      else this.#waiting.push({ hook, payload, echo: 0 })
    }
    if (!busy) this.#passWaiting()
  }

  /** Does anybody but the backend listen? */
  hears(hook: SyncHookName): boolean {
    return this.#parts.heard[hook].taps.length > 0
  }

  /** From now on, synchronous moments wait for the next awaited one. */
  hold(): void {
    this.#holds++
  }

  /**
   * Carries an awaited moment to everybody but the backend, after all earlier ones. What comes meanwhile is heard after
   * it; after `finish`, nothing is. Never rejects.
   */
  tell<K extends AwaitedHookName>(hook: K, payload: PayloadOf<K>): Promise<void> {
    this.#holds++
    this.#queue = this.#queue.then(async () => {
      // Nobody hears anything of a run before it has started.
      if (hook !== 'run') this.#passWaiting()
      if (!this.#over) await this.#passAwaited(hook, payload)
      this.#holds--
      if (hook === 'finish') this.#end()
      else this.#passWaiting()
    })
    return this.#queue
  }

  /** Carries, in this very turn, the end and everything before it to all who have not heard it. */
  tellEndNow(failure: RunFailure | undefined, outcome: Outcome): void {
    if (this.#over) return
    this.#holds++
    const { heard } = this.#parts
    const interrupted = this.#now
    if (interrupted) void tellRest(heard, interrupted.hook, interrupted.payload as never)
    if (interrupted?.hook !== 'finish') {
      this.#passWaiting()
      if (failure) void tellRest(heard, 'error', failure)
      this.#passWaiting()
    }
    void tellRest(heard, 'finish', outcome)
    this.#end()
  }

  #end(): void {
    this.#over = true
    this.#now = undefined
    this.#waiting.length = 0
  }

  #wait(hook: SyncHookName, payload: unknown): void {
    const echo = this.#now === undefined ? 0 : this.#echo + 1
    if (echo <= MAX_ECHO && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push({ hook, payload, echo })
    } else if (!this.#full) {
      this.#full = true
      const { guard, report } = this.#parts
      report(
        'error',
        echo > MAX_ECHO
          ? `${guard.inside ?? 'A callback'} answers moments with new ones without end. They are recorded, but no longer passed on.`
          : `More than ${MAX_WAITING} moments wait for callbacks. Further ones are recorded, but not passed on.`,
      )
    }
  }

  #passWaiting(): void {
    // When one of them ends the process, this is entered once more, and goes on where it was.
    while (this.#next < this.#waiting.length) {
      const { hook, payload, echo } = this.#waiting[this.#next++]!
      this.#pass(hook, payload, echo)
    }
    this.#waiting.length = 0
    this.#next = 0
  }

  #pass(hook: SyncHookName, payload: unknown, echo: number): void {
    this.#now = { hook, payload }
    this.#echo = echo
    ;(this.#parts.heard[hook].call as Call)(payload)
    this.afterEach()
    this.#now = undefined
  }

  async #passAwaited(hook: AwaitedHookName, payload: unknown): Promise<void> {
    this.#now = { hook, payload }
    this.#echo = 0
    await (this.#parts.heard[hook].promise as Call)(payload)
    this.afterEach()
    this.#now = undefined
  }
}
