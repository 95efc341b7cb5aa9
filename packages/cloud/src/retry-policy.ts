import { backoff } from '@swanlab/core/internal'
import { CloudError } from './cloud-error.ts'

/** Longest pause before the second attempt, and longest of all, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000
/** After it a request is refused for good only by what it holds, not by where it goes; see `UploadStream`. */
export const BLOCKED_PAUSE = 60_000
/** While the run lives, in milliseconds: a week without the network loses nothing. */
const MAX_OUTAGE = 7 * 86_400_000
/** After its end, in milliseconds; then the journal waits for `sync`. */
const TIME_AFTER_END = 3_600_000
/** The user is told of an outage at most this often, in milliseconds. */
const REPORT_EVERY = 300_000

/** The time for uploading is over, or it was stopped. What was not sent is in the journal. */
export class UploadStopped extends Error {
  override readonly name = 'UploadStopped'
}

export interface RetryPolicyOptions {
  readonly clock: () => number
  /** From 0 to below 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  readonly report: (level: 'info' | 'warn', message: string) => void
  /** Longest pause before the second attempt, in milliseconds; it doubles from there. Default: 1,000. */
  readonly firstPause?: number | undefined
  /** Milliseconds that uploading goes on after the end of the run. Default: one hour. */
  readonly afterEnd?: number | undefined
}

/** Backoff and deadline of a run's uploads, shared by all of its streams. */
export class RetryPolicy {
  readonly #options: RetryPolicyOptions
  readonly #abort = new AbortController()
  readonly #failing = new Set<string>()
  #endsAt = Infinity
  #outageSince: number | undefined
  #lastReported = -Infinity

  constructor(options: RetryPolicyOptions) {
    this.#options = options
  }

  /** Aborted by `stop()`: cancels requests and pauses. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The run has ended; the time that is left begins. @param at - In milliseconds since 1970. */
  runEnded(at: number): void {
    this.#endsAt = at + (this.#options.afterEnd ?? TIME_AFTER_END)
  }

  stop(): void {
    this.#abort.abort(new UploadStopped('told to stop'))
  }

  /** A request has been acknowledged. */
  succeeded(what: string): void {
    this.#failing.delete(what)
    if (this.#failing.size > 0) return
    if (this.#lastReported > (this.#outageSince ?? Infinity)) this.#options.report('info', 'Uploading goes on.')
    this.#outageSince = undefined
  }

  /**
   * Waits before the next attempt: exponential backoff with jitter, or Retry-After where that is longer.
   *
   * @param attempts - How many have failed.
   * @throws UploadStopped when there is no time for another one.
   */
  async pause(what: string, attempts: number, error: unknown): Promise<void> {
    const { clock, random, firstPause = FIRST_PAUSE } = this.#options
    if (this.#abort.signal.aborted) throw new UploadStopped('told to stop')
    this.#failing.add(what)
    const now = clock()
    this.#outageSince ??= now
    const growing = backoff(attempts, { first: firstPause, longest: LONGEST_PAUSE, random })
    const asked = error instanceof CloudError ? (error.retryAfter ?? 0) : 0
    const pause = Math.max(growing, asked)
    const deadline = Math.min(this.#endsAt, this.#outageSince + MAX_OUTAGE)
    if (now + pause > deadline) throw new UploadStopped(messageOf(error), { cause: error })
    if (attempts > 1 && now - this.#lastReported >= REPORT_EVERY) {
      this.#lastReported = now
      this.#options.report(
        'warn',
        `Uploading waits (${messageOf(error)}) and is tried again; everything is recorded here.`,
      )
    }
    await this.sleep(pause)
    if (this.#abort.signal.aborted) throw new UploadStopped('told to stop')
  }

  /** Resolves after `ms`, or when nothing more is to be sent. */
  sleep(ms: number): Promise<void> {
    const { signal } = this.#abort
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
    })
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the request failed'
}
