import { open, readFile, rename } from 'node:fs/promises'

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
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', mode)
  try {
    await file.writeFile(JSON.stringify(value, null, 1))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
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

  async #run(): Promise<void> {
    try {
      await this.#save()
    } finally {
      if (!this.#next) this.#running = undefined
    }
  }
}
