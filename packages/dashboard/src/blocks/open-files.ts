import { closeSync, constants, openSync } from 'node:fs'

/**
 * Files that are read again and again, of which only those that were read last are open: a run of ten million steps has
 * 150 of them, and a process may have 1,024 open.
 */
export class OpenFiles {
  readonly #most: number
  /** By whoever reads it, the one that was read last at the end. */
  readonly #open = new Map<object, number>()

  constructor(most: number = 128) {
    this.#most = most
  }

  get count(): number {
    return this.#open.size
  }

  /** @returns its descriptor, for now: it is not to be kept. @throws the file system's own error. */
  use(reader: object, path: string): number {
    const open = this.#open.get(reader)
    this.#open.delete(reader)
    const fd = open ?? openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    this.#open.set(reader, fd)
    for (const [oldest] of this.#open) {
      if (this.#open.size <= this.#most) break
      this.close(oldest)
    }
    return fd
  }

  close(reader: object): void {
    const fd = this.#open.get(reader)
    if (fd === undefined) return
    this.#open.delete(reader)
    closeSync(fd)
  }
}
