import { statSync } from 'node:fs'

/** What was at a path at some moment: a folder can be unmounted, deleted or replaced while its files are open. */
export class SameJournal {
  readonly #path: string
  readonly #inode: string | undefined

  constructor(path: string) {
    this.#path = path
    this.#inode = inodeAt(path)
  }

  /** @throws Error when something else is there now, or nothing. */
  check(): void {
    if (this.#inode === undefined || inodeAt(this.#path) !== this.#inode)
      throw new Error(`${this.#path} is not there any more: the folder was unmounted, moved or deleted meanwhile`)
  }
}

function inodeAt(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return undefined
  }
}
