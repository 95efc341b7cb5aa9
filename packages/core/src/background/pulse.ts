/** A pause that can be cut short. Nothing of a pause is left when it is over, however often one is made. */
export class Pulse {
  #wake: () => void = () => {}

  /** Resolves after `ms`, or at the next {@link now}. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
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
