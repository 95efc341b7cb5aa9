/** A pause that can be cut short. Nothing of a pause is left when it is over, however often one is made. */
export class InterruptibleSleep {
  readonly #holds: boolean
  #wake: () => void = () => {}

  /** @param holds - Does a pause keep the process alive? */
  constructor(holds = true) {
    this.#holds = holds
  }

  /** Resolves after `ms`, or at the next {@link now}. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      if (!this.#holds) timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  now(): void {
    this.#wake()
  }
}
