import { setTimeout as sleep } from 'node:timers/promises'

/** Node runs a longer timer at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Keeps the distances in time that records had. */
export class Pace {
  readonly #speed: number
  #first: number | undefined
  readonly #start = performance.now()

  /** @param speed - How many times faster than recorded; Infinity: no pauses. */
  constructor(speed: number) {
    this.#speed = speed
  }

  get unhurried(): boolean {
    return this.#speed !== Infinity
  }

  /** Waits until it is time for a record. @param time - Of the record, in milliseconds since 1970. */
  async pause(time: number): Promise<void> {
    if (!this.unhurried) return
    this.#first ??= time
    const due = this.#start + (time - this.#first) / this.#speed
    for (let left = due - performance.now(); left > 0; left = due - performance.now())
      await sleep(Math.min(left, LONGEST_TIMER))
  }
}
