/** Counts the bytes of bodies that are in flight. One user may have half of what there is, so that others have the rest. */
export class BodyMemory {
  readonly #most: number
  #taken = 0
  readonly #takenBy = new Map<string, number>()

  /** @param most - In bytes. */
  constructor(most: number) {
    this.#most = most
  }

  /** @returns false when there is no room; then nothing is counted. */
  take(user: string, bytes: number): boolean {
    const ofUser = (this.#takenBy.get(user) ?? 0) + bytes
    if (this.#taken + bytes > this.#most || ofUser > this.#most / 2) return false
    this.#taken += bytes
    this.#takenBy.set(user, ofUser)
    return true
  }

  release(user: string, bytes: number): void {
    this.#taken -= bytes
    const left = (this.#takenBy.get(user) ?? 0) - bytes
    if (left > 0) this.#takenBy.set(user, left)
    else this.#takenBy.delete(user)
  }
}
