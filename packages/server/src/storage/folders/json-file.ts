import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** @returns undefined when there is no such file, or it is not whole. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** On the disk when it resolves; a reader sees the old file or the new one. */
export async function writeJson(path: string, value: unknown, mode = 0o644): Promise<void> {
  await writeWhole(path, JSON.stringify(value, null, 1), mode)
}

/** Likewise. Two processes may do so at the same time. */
export async function writeWhole(path: string, content: string | Buffer, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

const LEFTOVER = /^(?:(?:users|sessions|project|run)\.json|secret)(?:\.[0-9a-f]{12})?\.tmp$/

/** Removes what a server that was killed left half written. @param age - Least age, in milliseconds. */
export async function removeLeftovers(folder: string, age = 0): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!LEFTOVER.test(name)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs >= age) await rm(path, { force: true })
  }
}

/** That there is a file in a folder is on the disk, too. Not every system can be asked for it. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Then it is as durable as the system makes it.
  }
}

/** Runs what is given one after the other; what comes while one runs is done once, with the latest state. */
export class Saver {
  readonly #save: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(save: () => Promise<void>) {
    this.#save = save
  }

  /** Resolves when everything that was so before the call is on the disk. */
  save(): Promise<void> {
    if (!this.#running) return (this.#running = this.#run())
    return (this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return (this.#running = this.#run())
      }))
  }

  /** Resolves when what is being saved is on the disk. */
  async settle(): Promise<void> {
    await (this.#next ?? this.#running)
  }

  async #run(): Promise<void> {
    try {
      await this.#save()
    } finally {
      if (!this.#next) this.#running = undefined
    }
  }
}
