import { PageError } from './page-error.ts'

interface Waiting {
  start(): void
}

/** Queries that wait at most, of one client and of all; whoever comes then is told at once. */
const MOST_OF_CLIENT = 100
const MOST_WAITING = 10_000

/**
 * Lets a number of queries run at once, and the others wait for a limited time: those of one client in order, and the
 * clients in turn, so that whoever asks for much keeps nobody waiting but himself.
 */
export class QueryQueue {
  readonly #most: number
  readonly #deadline: number
  /** By client, whose turn is next first. */
  readonly #waiting = new Map<unknown, Set<Waiting>>()
  #count = 0
  #running = 0

  /** @param deadline - Milliseconds. */
  constructor(most: number, deadline: number) {
    this.#most = most
    this.#deadline = deadline
  }

  /**
   * @param client - Who asks.
   * @throws PageError 503 when its turn does not come in time; the reason of `signal` when nobody waits any more.
   */
  async run<T>(query: () => Promise<T>, signal: AbortSignal, client: unknown): Promise<T> {
    signal.throwIfAborted()
    if (this.#running < this.#most) this.#running++
    // Whoever is done hands its place over.
    else await this.#turn(signal, client)
    try {
      return await query()
    } finally {
      const next = this.#next()
      if (next) next.start()
      else this.#running--
    }
  }

  #next(): Waiting | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    const [client, own] = first
    // It is behind the others now.
    this.#waiting.delete(client)
    this.#waiting.set(client, own)
    const [next] = own
    return next
  }

  #turn(signal: AbortSignal, client: unknown): Promise<void> {
    const late = new PageError(
      503,
      `More is asked for than can be answered in ${this.#deadline / 1_000} s: try again, or show fewer charts.`,
    )
    const own = this.#waiting.get(client) ?? new Set()
    if (own.size >= MOST_OF_CLIENT || this.#count >= MOST_WAITING) return Promise.reject(late)
    return new Promise((resolve, reject) => {
      const give = (settle: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        own.delete(waiting)
        if (own.size === 0 && this.#waiting.get(client) === own) this.#waiting.delete(client)
        this.#count--
        settle()
      }
      const onAbort = (): void => give(() => reject(signal.reason as Error))
      const timer = setTimeout(() => give(() => reject(late)), this.#deadline)
      const waiting: Waiting = { start: () => give(resolve) }
      signal.addEventListener('abort', onAbort)
      this.#waiting.set(client, own.add(waiting))
      this.#count++
    })
  }
}
