/** How often a turn of the event loop is noted, in milliseconds. */
const INTERVAL = 100
/** Silence of the event loop after which it may have stalled, in milliseconds. */
const STALL = 400

/** What happens when the event loop stops turning, and when it turns again. */
export interface TurnListener {
  stalled(): void
  turned(): void
}

/**
 * Knows whether the event loop turns. A synchronous training loop stalls it for as long as it runs; only the calls that
 * the loop makes itself can notice.
 *
 * It is slow to believe either. A loop that logs once, at the end of a long synchronous stretch, is about to turn; and
 * one that turns for a moment between two long stretches does not turn.
 */
export class Turns {
  readonly #clock: () => number
  #listener: TurnListener | undefined
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #limit = Infinity
  #overdue = false

  constructor(clock: () => number) {
    this.#clock = clock
  }

  watch(listener: TurnListener): void {
    this.#listener = listener
    this.#note(this.#clock())
    this.#timer = setInterval(() => {
      const before = this.#last
      this.#note(this.#clock())
      if (this.#last - before < 2 * INTERVAL) listener.turned()
    }, INTERVAL).unref()
  }

  /** To be called now and then from whatever may be inside a stalled loop. Costs one comparison. */
  passed(time: number): void {
    if (time <= this.#limit) return
    if (this.#overdue) this.#listener?.stalled()
    this.#limit = this.#overdue ? Infinity : time + INTERVAL
    this.#overdue = true
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#listener = undefined
    this.#limit = Infinity
  }

  #note(time: number): void {
    this.#last = time
    this.#limit = time + STALL
    this.#overdue = false
  }
}
