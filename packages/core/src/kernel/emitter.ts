import type { Guard } from './guard.ts'
import { type PayloadOf, type RunHooks, type SyncHookName } from './hooks.ts'
import type { Report } from './reporter.ts'
import { describeError } from './thrown.ts'

/** How often callbacks may answer each other before they are only recorded. */
export const MAX_ECHO = 32
/** Moments that may wait for their turn while another is being heard. */
export const MAX_WAITING = 4_096

interface Waiting {
  readonly hook: SyncHookName
  readonly payload: unknown
  readonly echo: number
}

type Call = (payload: unknown) => void

/**
 * Carries the synchronous moments: to the backend at once, so that a recorded moment is safe whatever callbacks do, and
 * to everybody else in order. A moment that a callback causes while it is hearing another waits until all have heard
 * the first: every callback sees the same order, and nobody can recurse.
 */
export class Emitter {
  readonly #backend: RunHooks
  readonly #heard: RunHooks
  readonly #guard: Guard
  readonly #report: Report
  readonly #waiting: Waiting[] = []
  #echo = -1
  #toldEndless = false

  constructor(parts: { backend: RunHooks; heard: RunHooks; guard: Guard; report: Report }) {
    this.#backend = parts.backend
    this.#heard = parts.heard
    this.#guard = parts.guard
    this.#report = parts.report
  }

  emit<K extends SyncHookName>(hook: K, payload: PayloadOf<K>): void {
    ;(this.#backend[hook].call as Call)(payload)
    if (this.#heard[hook].taps.length === 0) return
    if (this.#echo >= 0) return this.#wait(hook, payload)
    this.#echo = 0
    this.#call(hook, payload)
    if (this.#waiting.length > 0) this.#drain()
    this.#echo = -1
  }

  /** Does anybody but the backend listen? */
  hears(hook: SyncHookName): boolean {
    return this.#heard[hook].taps.length > 0
  }

  /** Delivers what still waits, for a process that exits from inside a callback. */
  flush(): void {
    this.#drain()
    this.#echo = -1
  }

  #wait(hook: SyncHookName, payload: unknown): void {
    const echo = this.#echo + 1
    if (echo <= MAX_ECHO && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push({ hook, payload, echo })
    } else if (!this.#toldEndless) {
      this.#toldEndless = true
      const who = this.#guard.inside ?? 'a callback'
      this.#report('error', `${who} answers moments with new ones without end. They are recorded, but no longer passed on.`)
    }
  }

  #drain(): void {
    for (let at = 0; at < this.#waiting.length; at++) {
      const { hook, payload, echo } = this.#waiting[at]!
      this.#echo = echo
      this.#call(hook, payload)
    }
    this.#waiting.length = 0
  }

  #call(hook: SyncHookName, payload: unknown): void {
    try {
      ;(this.#heard[hook].call as Call)(payload)
    } catch (error) {
      // Taps are guarded; an interceptor of the application's own is not.
      this.#report('error', `An interceptor of run.hooks.${hook} failed: ${describeError(error)}`)
    }
  }
}
