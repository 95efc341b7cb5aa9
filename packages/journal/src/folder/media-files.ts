import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type MediaDraft, type MediaItem, type MediaRecord } from '@swanlab/core/internal'
import { readWithin, replaceWithin } from '../files/safe-open.ts'
import type { Durability } from '../format/writer.ts'
import { makeUnlessThere } from '../files/files.ts'

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
  readonly #reported = new Set<string>()
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
      const detailed = items.some(({ more }) => more !== null)
      return { key, step, time, data, ...(detailed && { more: items.map(({ more }) => more) }) }
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
    const there = this.#compare(short, bytes)
    const path = there === 'other' ? named(digest.length) : short
    // The same content at the same step is one file.
    const known = there === 'same' || (there === 'other' && this.#compare(path, bytes) === 'same')
    if (!known) replaceWithin(this.#dir, path, bytes, { flush: this.#durability === 'sync' })
    return path
  }

  #compare(name: string, bytes: Uint8Array): 'none' | 'same' | 'other' {
    try {
      return readWithin(this.#dir, name, 'any', bytes.byteLength).equals(bytes) ? 'same' : 'other'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'other'
    }
  }

  /** Reported once a kind: large files may fail and small ones not, in turn. */
  #failed({ code = 'an unknown error' }: NodeJS.ErrnoException): void {
    this.#lost++
    if (this.#reported.has(code)) return
    this.#reported.add(code)
    this.#trouble(`Media cannot be written (${code}). Training goes on; what is lost is counted.`)
  }
}
