import { mkdir, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { replaceFile } from '@swanlab/journal'
import { DamageError, unreadable } from './damage.ts'

/** Nobody but the user who runs the server is to read what it keeps, whatever the umask. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700

/** Also those above it. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER })
}

/**
 * @param remedy - What can be done when it cannot be read.
 * @returns undefined when there is no such file.
 * @throws DamageError when there is one and it cannot be read: then it must not be written over.
 */
export async function readJson<T>(path: string, remedy: string): Promise<T | undefined> {
  let text: string
  try {
    // A FIFO would be waited for without end.
    if (!(await stat(path)).isFile()) throw new DamageError({ path, problem: 'is no regular file', remedy })
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error instanceof DamageError ? error : unreadable(path, remedy, error)
  }
  return parseJson(path, text, remedy) as T
}

/** @throws DamageError when the text is none. */
export function parseJson(path: string, text: string, remedy: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DamageError({ path, problem: 'is not whole', remedy })
  }
}

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** On the disk when it resolves; a reader sees the old file or the new one. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, JSON.stringify(value, null, 1))
}

/** Likewise. Two processes may do so at the same time; what root writes belongs to whoever the folder belongs to. */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const write = async (file: FileHandle): Promise<void> => {
    await file.writeFile(content)
    const { uid, gid } = await stat(dirname(path))
    if (process.getuid?.() === 0 && uid !== 0) await file.chown(uid, gid)
  }
  await replaceFile(path, write, { mode: PRIVATE_FILE, flush: true })
}

const LEFTOVER = /^\.?(?<name>.+?)(?:\.[0-9a-f]{12})?\.tmp$/
const OWN = ['users.json', 'sessions.json', 'project.json', 'run.json', 'secret']

/**
 * Removes what a server that was killed left half written.
 *
 * @param age - Least age, in milliseconds.
 * @param files - What was being written. Default: the files of the storage itself.
 */
export async function removeLeftovers(folder: string, age = 0, files: readonly string[] = OWN): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!files.includes(LEFTOVER.exec(name)?.groups?.['name'] ?? '')) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs >= age) await rm(path, { force: true })
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
