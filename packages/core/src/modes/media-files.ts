import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MediaDraft, MediaItem } from '../kernel/media.ts'
import type { MediaRecord } from '../kernel/payloads.ts'
import type { Durability } from '../journal/writer.ts'
import { discard, makeUnlessThere } from '../runtime/files.ts'

const FOLDER = 'media'
/** Digits of a step in names of files. */
const STEP_WIDTH = 3
/** Hexadecimal digits of the digest in names; all of them when two contents share these. */
const DIGEST_WIDTH = 8

/** Gives media their place in the run folder, in SwanLab's layout: `media/<kind>/<step>-<digest>.<extension>`. */
export class MediaFiles {
  readonly #dir: string
  readonly #durability: Durability
  readonly #trouble: (message: string) => void
  #failing = false
  #lost = 0

  constructor(dir: string, durability: Durability, trouble: (message: string) => void) {
    this.#dir = dir
    this.#durability = durability
    this.#trouble = trouble
  }

  /** Records that the disk did not take. */
  get lost(): number {
    return this.#lost
  }

  /** Absent: the disk does not take it. */
  keep({ key, step, time, kind, items }: MediaDraft): MediaRecord | undefined {
    try {
      makeUnlessThere(join(this.#dir, FOLDER))
      makeUnlessThere(join(this.#dir, FOLDER, kind))
      const data = items.map((item) => this.#write(`${FOLDER}/${kind}`, step, item))
      this.#failing = false
      const said = items.some(({ more }) => more !== null)
      return { key, step, time, data, ...(said && { more: items.map(({ more }) => more) }) }
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException)
      return undefined
    }
  }

  /** @returns the path within the run folder. */
  #write(folder: string, step: number, { bytes, extension }: MediaItem): string {
    const digest = createHash('sha256').update(bytes).digest('hex')
    const named = (width: number): string =>
      `${folder}/${String(step).padStart(STEP_WIDTH, '0')}-${digest.slice(0, width)}.${extension}`
    const short = named(DIGEST_WIDTH)
    const size = this.#sizeOf(short)
    // The same content at the same step is one file.
    if (size === bytes.length) return short
    const path = size === undefined ? short : named(digest.length)
    if (this.#sizeOf(path) !== bytes.length) this.#place(join(this.#dir, path), bytes)
    return path
  }

  #sizeOf(path: string): number | undefined {
    return statSync(join(this.#dir, path), { throwIfNoEntry: false })?.size
  }

  /** By renaming: a file of that name is always whole. */
  #place(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.tmp`
    try {
      writeFileSync(temporary, bytes)
      if (this.#durability === 'sync') synchronize(temporary)
      renameSync(temporary, path)
    } catch (error) {
      discard(temporary)
      throw error
    }
  }

  #failed({ code, message }: NodeJS.ErrnoException): void {
    this.#lost++
    if (this.#failing) return
    this.#failing = true
    this.#trouble(`Media cannot be written (${code ?? message}). Training goes on; what is lost is counted.`)
  }
}

function synchronize(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
