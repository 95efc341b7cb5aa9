const FIRST = 500
const LONGEST = 4_000

/** How long to wait between attempts: twice as long each time, up to 4 s, and never in step with other pages. */
export class Backoff {
  #next = FIRST

  /** Milliseconds. */
  next(): number {
    const now = this.#next * (0.75 + Math.random() / 2)
    this.#next = Math.min(2 * this.#next, LONGEST)
    return now
  }

  reset(): void {
    this.#next = FIRST
  }
}

const waiting = new Set<() => void>()

/** Whoever waits to ask again does so now: there is reason to think that somebody answers. */
export function askNow(): void {
  for (const done of waiting) done()
}

/** Resolves after `milliseconds`, or when `signal` is aborted, or when {@link askNow} is called. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    waiting.add(done)
    function done(): void {
      clearTimeout(timer)
      waiting.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
