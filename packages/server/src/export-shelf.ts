import { randomBytes } from 'node:crypto'

/** Exports wait this long to be fetched, in milliseconds, … */
export const EXPORT_TIME = 600_000
/** … no more than this many of them, … */
const MAX_EXPORTS = 100
/** … and of this many characters together. */
const MAX_SIZE = 256 * 1024 * 1024

/** Tables that wait to be fetched; the oldest go first. */
export class ExportShelf {
  readonly #texts = new Map<string, string>()
  #size = 0

  /** @returns the key that it is fetched with. */
  put(text: string): string {
    const added = randomBytes(16).toString('hex')
    this.#texts.set(added, text)
    this.#size += text.length
    for (const key of this.#texts.keys()) {
      if (key === added || (this.#texts.size <= MAX_EXPORTS && this.#size <= MAX_SIZE)) break
      this.#forget(key)
    }
    setTimeout(() => this.#forget(added), EXPORT_TIME).unref()
    return added
  }

  get(key: string): string | undefined {
    return this.#texts.get(key)
  }

  #forget(key: string): void {
    this.#size -= this.#texts.get(key)?.length ?? 0
    this.#texts.delete(key)
  }
}
