/** How often a turn of the event loop is noted, in milliseconds. */
const INTERVAL = 100
/** Silence of the event loop after which it counts as stalled, in milliseconds. */
const STALL = 400

/** What happens when the event loop stops turning, and when it turns again. */
export interface TurnListener {
  stalled(): void
  turned(): void
}

/**
 * Knows whether the event loop turns. A synchronous training loop stalls it for as long as it runs; only the calls that
 * the loop makes itself can notice.
 */
export class Turns {
  readonly #clock: () => number
  #listener: TurnListener | undefined
  #timer: NodeJS.Timeout | undefined
  #limit = Infinity

  constructor(clock: () => number) {
    this.#clock = clock
  }

  watch(listener: TurnListener): void {
    this.#listener = listener
    this.#limit = this.#clock() + STALL
    this.#timer = setInterval(() => {
      this.#limit = this.#clock() + STALL
      listener.turned()
    }, INTERVAL).unref()
  }

  /** To be called now and then from whatever may be inside a stalled loop. Costs one comparison. */
  passed(time: number): void {
    if (time <= this.#limit) return
    this.#limit = Infinity
    this.#listener?.stalled()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#listener = undefined
    this.#limit = Infinity
  }
}
