/** Cost of what may be done in one turn of the event loop: bytes of the costliest JSON that takes about 15 ms to parse. */
const QUOTA = 256 * 1024

/**
 * Shares the event loop between requests with bodies to be read: in each turn of it a bounded amount of work is done, for
 * whoever has waited longest. Whatever else the server does goes on between turns.
 */
export class EventLoopBudget {
  #left = QUOTA
  #isResetting = false
  readonly #waiting: { readonly cost: number; readonly start: () => void }[] = []

  /** Resolves when work of this cost may be done at once. One that costs more than a turn has gets a turn of its own. */
  async take(cost: number): Promise<void> {
    if (this.#waiting.length > 0 || !this.#spend(cost))
      await new Promise<void>((start) => this.#waiting.push({ cost, start }))
  }

  #spend(cost: number): boolean {
    if (cost > this.#left && this.#left < QUOTA) return false
    this.#left -= cost
    if (!this.#isResetting) {
      this.#isResetting = true
      setImmediate(() => this.#reset())
    }
    return true
  }

  #reset(): void {
    this.#isResetting = false
    this.#left = QUOTA
    while (this.#waiting.length > 0 && this.#spend(this.#waiting[0]!.cost)) this.#waiting.shift()!.start()
  }
}
