/** How many are let through of any second, … */
const RATE = 1_000
/** … of which quiet seconds save up at most this many. */
const BURST = 10_000
/** How many of those held back are kept: the latest are what one looks for when something went wrong. */
const KEPT = 20

/**
 * Lets bursts through and thins out floods: of each second its first lines and its last ones. Lines are held back for as
 * long as others follow within the second, or until {@link Flood.flush}.
 */
export class Flood<Line extends { readonly time: number }> {
  readonly #pass: (line: Line) => void
  readonly #gap: (count: number, before: Line) => void
  #second = -Infinity
  #room = BURST
  #held: Line[] = []
  #left = 0

  /** @param gap - Is called with how many lines were left out, and which one comes after them. */
  constructor(pass: (line: Line) => void, gap: (count: number, before: Line) => void) {
    this.#pass = pass
    this.#gap = gap
  }

  take(line: Line): void {
    const elapsed = line.time - this.#second
    // Clocks are also put back.
    if (elapsed >= 1_000 || elapsed < 0) this.#turn(line.time, elapsed)
    if (this.#room > 0) {
      this.#room--
      this.#pass(line)
    } else this.#hold(line)
  }

  /** Lets through what is held back. */
  flush(): void {
    const kept = this.#held.slice(-KEPT)
    const count = this.#left + this.#held.length - kept.length
    this.#held = []
    this.#left = 0
    if (count > 0) this.#gap(count, kept[0]!)
    for (const line of kept) this.#pass(line)
  }

  #turn(time: number, elapsed: number): void {
    this.flush()
    this.#second = time
    this.#room = Math.min(BURST, this.#room + RATE * Math.max(1, Math.floor(elapsed / 1_000)))
  }

  #hold(line: Line): void {
    this.#held.push(line)
    if (this.#held.length < 2 * KEPT) return
    this.#left += this.#held.length - KEPT
    this.#held = this.#held.slice(-KEPT)
  }
}
