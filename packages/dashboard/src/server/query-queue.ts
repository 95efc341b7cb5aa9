import { PageError } from './page-error.ts'

interface Waiting {
  start(): void
}

/** Queries that wait at most; whoever comes then is told at once. */
const MOST_WAITING = 1_000

/** Lets a number of queries run at once, and the others wait, in order, for a limited time. */
export class QueryQueue {
  readonly #most: number
  readonly #deadline: number
  readonly #waiting: Waiting[] = []
  #running = 0

  /** @param deadline - Milliseconds. */
  constructor(most: number, deadline: number) {
    this.#most = most
    this.#deadline = deadline
  }

  /** @throws PageError 503 when its turn does not come in time; the reason of `signal` when nobody waits any more. */
  async run<T>(query: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.#running < this.#most) this.#running++
    // Whoever is done hands its place over.
    else await this.#turn(signal)
    try {
      return await query()
    } finally {
      const next = this.#waiting.shift()
      if (next) next.start()
      else this.#running--
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const late = new PageError(
      503,
      `More is asked for than can be answered in ${this.#deadline / 1_000} s: try again, or show fewer charts.`,
    )
    if (this.#waiting.length >= MOST_WAITING) return Promise.reject(late)
    return new Promise((resolve, reject) => {
      const give = (settle: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        const at = this.#waiting.indexOf(waiting)
        if (at >= 0) this.#waiting.splice(at, 1)
        settle()
      }
      const onAbort = (): void => give(() => reject(signal.reason as Error))
      const timer = setTimeout(() => give(() => reject(late)), this.#deadline)
      const waiting: Waiting = { start: () => give(resolve) }
      signal.addEventListener('abort', onAbort)
      this.#waiting.push(waiting)
    })
  }
}
