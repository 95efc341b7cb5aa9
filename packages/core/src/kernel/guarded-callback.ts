import type { Callback } from '../contract/callback.ts'
import { SwanLabError, type SwanLabErrorCode } from '../contract/error.ts'
import type { Moment } from '../contract/moments.ts'
import type { CallbackReport } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import { describeError, errorInfo } from '../text/thrown.ts'

/** Failures in a row, in one moment of one callback, after which it is switched off. */
export const BREAKER_LIMIT = 5
/** Kinds of failure of one callback that are distinguished; beyond these they are only counted. */
const MAX_KINDS = 20

/** Errors that speak of a callback's own code. */
const OF_CALLBACKS: ReadonlySet<SwanLabErrorCode> = new Set(['CALLBACK_FAILED', 'NO_RUN'])

/** One callback, or whoever tapped the hooks under that name, and how it fares. */
export class GuardedCallback {
  readonly name: string
  readonly timeout: number
  /** Never switched off: without it nothing is recorded. */
  readonly immediate: boolean
  readonly optional: boolean
  /** A host outlives this process: what it drives is not unfinished. */
  readonly host: boolean
  readonly #report: Report
  readonly #reported = new Set<string>()
  started = false
  failures = 0
  off = false

  constructor(callback: Callback, timeout: number, report: Report) {
    this.name = callback.name
    this.timeout = callback.timeout ?? timeout
    this.immediate = callback.immediate ?? false
    this.optional = callback.optional ?? false
    this.host = callback.adopt !== undefined
    this.#report = report
  }

  /** Counts what it did in another process. */
  count({ failures, disabled }: CallbackReport): void {
    this.failures = Math.max(this.failures, failures)
    this.off ||= disabled
  }

  failed(where: string, error: unknown): void {
    this.failures++
    const kind = `${where} ${errorInfo(error).name}`
    if (this.#reported.has(kind) || this.#reported.size >= MAX_KINDS) return
    this.#reported.add(kind)
    this.#report('error', `Callback "${this.name}" failed in ${where}: ${describeError(error)}`)
  }

  /** It failed where the run starts. @throws SwanLabError unless it is optional: the run must not start without it. */
  refused(moment: Moment, error: unknown): void {
    if (this.optional) return
    this.failures++
    // It is meant for the user, with a code to test; what is wrong with the callback itself needs its name.
    if (error instanceof SwanLabError && !OF_CALLBACKS.has(error.code)) throw error
    const message = `Callback "${this.name}" failed in ${moment}: ${describeError(error)}`
    throw new SwanLabError('CALLBACK_FAILED', message, { cause: error })
  }

  switchOff(moment: Moment): void {
    if (this.immediate || this.off) return
    this.off = true
    this.#report(
      'error',
      `Callback "${this.name}" failed ${BREAKER_LIMIT} times in a row in ${moment}. It is switched off and will be ` +
        'called only when the run ends.',
    )
  }
}
