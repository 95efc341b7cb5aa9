import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { later } from '../../errors.ts'

/** Files that are held open at the same time. */
const MAX_OPEN = 128
/** What may wait for a slow disk, in characters. */
const MAX_WAITING = 256 * 1024 * 1024
/** A file that is gone is not made again: what is acknowledged would be in one that nobody reads. */
const EXISTING = constants.O_WRONLY | constants.O_APPEND

interface Target {
  text: string
  waiting: { resolve: () => void; reject: (error: unknown) => void }[]
  file: FileHandle | undefined
  busy: boolean
}

/**
 * Appends to many files, which are there. What is appended to one file while it is being written goes together in the next write, and
 * shares its `fdatasync`: the more clients wait, the fewer times the disk is asked.
 */
export class Appender {
  readonly #targets = new Map<string, Target>()
  #waiting = 0

  /** Resolves when the text is on the disk. @throws the file system's own error; ApiError 507 when too much is waiting. */
  async append(path: string, text: string): Promise<void> {
    if (this.#waiting > MAX_WAITING) throw later('the disk does not keep up')
    let target = this.#targets.get(path)
    if (!target) this.#targets.set(path, (target = { text: '', waiting: [], file: undefined, busy: false }))
    const { waiting } = target
    target.text += text
    const done = new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
    this.#waiting += text.length
    if (!target.busy) void this.#work(path, target)
    try {
      await done
    } finally {
      this.#waiting -= text.length
    }
  }

  /** Lets go of a file. */
  async release(path: string): Promise<void> {
    const target = this.#targets.get(path)
    if (!target || target.busy) return
    this.#targets.delete(path)
    await target.file?.close()
  }

  async close(): Promise<void> {
    for (const [path, target] of this.#targets) {
      while (target.busy) await new Promise((resolve) => setTimeout(resolve, 5))
      await this.release(path)
    }
  }

  async #work(path: string, target: Target): Promise<void> {
    target.busy = true
    while (target.waiting.length > 0) {
      const { text, waiting } = target
      target.text = ''
      target.waiting = []
      try {
        target.file ??= await open(path, EXISTING)
        await target.file.appendFile(text)
        await target.file.datasync()
        if ((await target.file.stat()).nlink === 0) throw await this.#lost(path, target)
        for (const { resolve } of waiting) resolve()
      } catch (error) {
        for (const { reject } of waiting) reject(error)
        // A line may be half written: what comes next begins on a line of its own.
        target.text = `\n${target.text}`
      }
    }
    target.busy = false
    // The one that was used last is the last to go.
    this.#targets.delete(path)
    this.#targets.set(path, target)
    await this.#makeRoom()
  }

  /** The file that is held open was removed; one of its name that is put back is taken. */
  async #lost(path: string, target: Target): Promise<Error> {
    await target.file?.close()
    target.file = undefined
    return later('the run is gone from the disk of the server', new Error(`${path} was removed`))
  }

  async #makeRoom(): Promise<void> {
    for (const [path, target] of this.#targets) {
      if (this.#targets.size <= MAX_OPEN) return
      if (target.busy || target.text !== '') continue
      this.#targets.delete(path)
      await target.file?.close()
    }
  }
}
