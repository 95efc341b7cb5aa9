/** Calls within one turn of the event loop after which it counts as stalled: a loop that never yields makes as many … */
const MANY = 1_000
/** … and one that has never yielded since the program got its turn is recognized by far fewer. */
const FEW = 100
/** Length of a turn after which the loop may have stalled, in milliseconds. */
const STALL = 400
/** How often it is looked whether a stalled loop turns again, in milliseconds. */
const INTERVAL = 100

/** What happens when the event loop stops turning, and when it turns again. */
export interface StallListener {
  stalled(): void
  turned(): void
}

/**
 * Knows whether the event loop turns. A synchronous training loop stalls it for as long as it runs; only the calls that
 * the loop makes itself can notice.
 *
 * It is slow to believe either, where time alone speaks for it. A loop that calls once, at the end of a long synchronous
 * stretch, is about to turn; and one that turns for a moment between two long stretches does not turn.
 */
export class StallDetector {
  readonly #clock: () => number
  #listener: StallListener | undefined
  #turn: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #calls = 0
  #most = MANY
  #limit = Infinity
  #overdue = false
  #stalled = false

  constructor(clock: () => number) {
    this.#clock = clock
  }

  watch(listener: StallListener): void {
    this.#listener = listener
    this.handOver()
  }

  /** The program gets its turn: should it begin with a loop that never yields, that is noticed soonest. */
  handOver(): void {
    if (this.#listener !== undefined && !this.#stalled) this.#begin(this.#clock(), FEW)
  }

  /** To be called now and then from whatever may be inside a stalled loop. Costs a few comparisons. */
  passed(time: number): void {
    if (this.#stalled || this.#listener === undefined) return
    if (this.#turn === undefined) return this.#begin(time, MANY)
    if (time > this.#limit) this.#late(time)
    else if (++this.#calls > this.#most) this.#stall()
  }

  stop(): void {
    clearImmediate(this.#turn)
    clearInterval(this.#timer)
    this.#turn = undefined
    this.#listener = undefined
    this.#stalled = false
  }

  #begin(time: number, most: number): void {
    this.#calls = 0
    this.#most = most
    this.#limit = time + STALL
    this.#overdue = false
    clearImmediate(this.#turn)
    // Runs after signals have been delivered, which is what matters here.
    this.#turn = setImmediate(() => this.#turned()).unref()
  }

  #turned(): void {
    this.#turn = undefined
    // Many calls in a short turn are no endless loop.
    if (this.#stalled && !this.#overdue && this.#clock() <= this.#limit) this.#resume()
  }

  #late(time: number): void {
    if (this.#overdue) return this.#stall()
    this.#overdue = true
    this.#limit = time + INTERVAL
  }

  #stall(): void {
    this.#stalled = true
    this.#listener?.stalled()
    let last = this.#clock()
    this.#timer = setInterval(() => {
      const now = this.#clock()
      if (now - last < 2 * INTERVAL) this.#resume()
      last = now
    }, INTERVAL).unref()
  }

  #resume(): void {
    clearInterval(this.#timer)
    this.#stalled = false
    this.#listener?.turned()
  }
}
