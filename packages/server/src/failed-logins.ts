import { setTimeout as pause } from 'node:timers/promises'

/** Failures of one address that are answered at once. */
const FREE = 3
/** Wait of the first answer after them, and the longest one, in milliseconds. */
const FIRST_WAIT = 500
const LONGEST_WAIT = 8_000
/** Answers that wait at the same time, for one address and for all. */
const MAX_WAITING_EACH = 8
const MAX_WAITING = 500
/** Addresses that are remembered; the one that failed longest ago goes first. */
const MAX_ADDRESSES = 10_000
/** How long an address that fails no more is remembered, in milliseconds. */
const MEMORY = 15 * 60_000

interface Failures {
  count: number
  last: number
  waiting: number
}

/** Slows down whoever tries keys. A right key is never slowed: many users may share an address. */
export class FailedLogins {
  readonly #clock: () => number
  readonly #pause: (time: number) => Promise<unknown>
  readonly #addresses = new Map<string, Failures>()
  #waiting = 0

  constructor(
    clock: () => number,
    wait: (time: number) => Promise<unknown> = (time) => pause(time, undefined, { ref: false }),
  ) {
    this.#clock = clock
    this.#pause = wait
  }

  /** Resolves when a failed login may be answered. @returns false, at once, when too many are waiting already. */
  async slow(address: string): Promise<boolean> {
    const failures = this.#note(address)
    if (failures.count <= FREE) return true
    if (failures.waiting >= MAX_WAITING_EACH || this.#waiting >= MAX_WAITING) return false
    failures.waiting++
    this.#waiting++
    try {
      await this.#pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures.count - FREE - 1)))
    } finally {
      failures.waiting--
      this.#waiting--
    }
    return true
  }

  #note(address: string): Failures {
    const now = this.#clock()
    const known = this.#addresses.get(address)
    const failures =
      known && (known.waiting > 0 || now - known.last < MEMORY) ? known : { count: 0, last: 0, waiting: 0 }
    failures.count++
    failures.last = now
    // The one that failed last is the last to go.
    this.#addresses.delete(address)
    this.#addresses.set(address, failures)
    if (this.#addresses.size > MAX_ADDRESSES) this.#addresses.delete(this.#addresses.keys().next().value!)
    return failures
  }
}
