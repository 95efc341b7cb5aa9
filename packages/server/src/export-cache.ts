import { randomBytes } from 'node:crypto'
import type { Text } from './reads/sheet.ts'

/** Exports wait this long to be fetched, in milliseconds, … */
export const EXPORT_TIME = 600_000
/** … no more than this many of one user, … */
const MAX_EXPORTS = 50
/** … and of this many bytes together. */
const MAX_SIZE = 256 * 1024 * 1024

interface Export {
  readonly user: string
  readonly text: Text
}

/** Tables that wait to be fetched. Where there are too many, the oldest go first of the user who has the most. */
export class ExportCache {
  /** In the order in which they came. */
  readonly #exports = new Map<string, Export>()

  /** @returns the key that it is fetched with. */
  put(user: string, text: Text): string {
    const added = randomBytes(16).toString('hex')
    this.#exports.set(added, { user, text })
    const own = [...this.#exports].filter(([, one]) => one.user === user)
    if (own.length > MAX_EXPORTS) this.#exports.delete(own[0]![0])
    while (this.#exports.size > 1 && this.#sizeOf() > MAX_SIZE) this.#makeRoom(added)
    setTimeout(() => this.#exports.delete(added), EXPORT_TIME).unref()
    return added
  }

  get(key: string): Text | undefined {
    return this.#exports.get(key)?.text
  }

  #makeRoom(added: string): void {
    const users = new Set(Array.from(this.#exports.values(), ({ user }) => user))
    const [largest] = Array.from(users, (user) => ({ user, size: this.#sizeOf(user) })).toSorted(
      (a, b) => b.size - a.size,
    )
    const [oldest] = [...this.#exports].find(([key, { user }]) => user === largest!.user && key !== added) ??
      [...this.#exports].find(([key]) => key !== added) ?? [added]
    this.#exports.delete(oldest)
  }

  /** Of one user, or of all. */
  #sizeOf(user?: string): number {
    let size = 0
    for (const one of this.#exports.values()) if (user === undefined || one.user === user) size += one.text.bytes
    return size
  }
}
