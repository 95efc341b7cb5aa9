/** Background processes that follow runs of this process at the same time. Each takes some 50 MB. */
export const MAX_PROCESSES = 16

let taken = 0

/** A run's place among those that a background process follows. */
export class ProcessSlot {
  #held = false

  /** @returns false when there are too many already. */
  take(): boolean {
    if (this.#held) return true
    if (taken >= MAX_PROCESSES) return false
    taken++
    this.#held = true
    return true
  }

  release(): void {
    if (this.#held) taken--
    this.#held = false
  }
}
