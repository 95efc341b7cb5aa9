import { backoff } from '@swanlab/core/internal'
import { CloudError } from './cloud-error.ts'

/** Longest pause before the second attempt, and longest of all, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000
/** After it a request is refused for good only by what it holds, not by where it goes; see `Lane`. */
export const BLOCKED_PAUSE = 60_000
/** While the run lives, in milliseconds: a week without the network loses nothing. */
const LIVING = 7 * 86_400_000
/** After its end, in milliseconds; then the journal waits for `sync`. */
const ENDED = 3_600_000
/** The user hears of an outage at most this often, in milliseconds. */
const TELL_EVERY = 300_000

/** The time for uploading is over, or somebody said to stop. What was not sent is in the journal. */
export class LeftOver extends Error {
  override readonly name = 'LeftOver'
}

export interface PatienceOptions {
  readonly clock: () => number
  /** From 0 to below 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  readonly report: (level: 'info' | 'warn', message: string) => void
  /** Longest pause before the second attempt, in milliseconds; it doubles from there. Default: 1,000. */
  readonly firstPause?: number | undefined
  /** Milliseconds that uploading goes on after the end of the run. Default: one hour. */
  readonly afterEnd?: number | undefined
}

/** How long and how often a run's uploads are tried again; one for all that is uploaded of it. */
export class Patience {
  readonly #options: PatienceOptions
  readonly #cut = new AbortController()
  readonly #failing = new Set<string>()
  #endsAt = Infinity
  #outageSince: number | undefined
  #lastTold = -Infinity

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  /** Aborts requests and pauses when nothing more is to be sent. */
  get signal(): AbortSignal {
    return this.#cut.signal
  }

  /** The run has ended; the time that is left begins. @param at - In milliseconds since 1970. */
  runEnded(at: number): void {
    this.#endsAt = at + (this.#options.afterEnd ?? ENDED)
  }

  stop(): void {
    this.#cut.abort(new LeftOver('told to stop'))
  }

  /** Something arrived. */
  worked(what: string): void {
    this.#failing.delete(what)
    if (this.#failing.size > 0) return
    if (this.#lastTold > (this.#outageSince ?? Infinity)) this.#options.report('info', 'Uploading goes on.')
    this.#outageSince = undefined
  }

  /**
   * Waits before the next attempt.
   *
   * @param attempts - How many have failed.
   * @throws LeftOver when there is no time for another one.
   */
  async pause(what: string, attempts: number, error: unknown): Promise<void> {
    const { clock, random, firstPause = FIRST_PAUSE } = this.#options
    if (this.#cut.signal.aborted) throw new LeftOver('told to stop')
    this.#failing.add(what)
    const now = clock()
    this.#outageSince ??= now
    const growing = backoff(attempts, { first: firstPause, longest: LONGEST_PAUSE, random })
    const asked = error instanceof CloudError ? (error.retryAfter ?? 0) : 0
    const pause = Math.max(growing, asked)
    const deadline = Math.min(this.#endsAt, this.#outageSince + LIVING)
    if (now + pause > deadline) throw new LeftOver(wordsOf(error), { cause: error })
    if (attempts > 1 && now - this.#lastTold >= TELL_EVERY) {
      this.#lastTold = now
      this.#options.report(
        'warn',
        `Uploading waits (${wordsOf(error)}) and is tried again; everything is recorded here.`,
      )
    }
    await this.sleep(pause)
    if (this.#cut.signal.aborted) throw new LeftOver('told to stop')
  }

  /** Resolves after `ms`, or when nothing more is to be sent. */
  sleep(ms: number): Promise<void> {
    const { signal } = this.#cut
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

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the request failed'
}
