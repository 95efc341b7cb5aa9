import { bytesOfPyramid, type Pyramid } from '../columns/pyramid.ts'
import type { Block, KeySummary } from './block.ts'
import { ByteLru } from './byte-lru.ts'

/** Parts of one column that are read singly, before it is read whole. */
const MOST_PARTS = 24
/** A part of this share of a column is read with the rest of it. */
const LARGE = 1 / 8

/** Bytes that are kept of what was read from files, for all runs together. */
export interface BlockMemory {
  readonly rows: ByteLru<Float64Array | Uint32Array>
  readonly pyramids: ByteLru<Pyramid>
  readonly values: ByteLru<Float64Array>
}

const MiB = 1024 * 1024

export function blockMemory({
  rows = 88,
  pyramids = 80,
  values = 32,
}: { readonly rows?: number; readonly pyramids?: number; readonly values?: number } = {}): BlockMemory {
  return { rows: new ByteLru(rows * MiB), pyramids: new ByteLru(pyramids * MiB), values: new ByteLru(values * MiB) }
}

/** A block in a file, through memory that all of them share. */
export class CachedBlock implements Block {
  readonly #block: Block
  readonly #id: string
  readonly #memory: BlockMemory
  /** Parts that were read of each column since it was last read whole. */
  readonly #parts = new Map<string, number>()

  /** @param id - Unique among all blocks that share the memory. */
  constructor(block: Block, id: string, memory: BlockMemory) {
    this.#block = block
    this.#id = id
    this.#memory = memory
  }

  get rows(): number {
    return this.#block.rows
  }

  get keys(): ReadonlyMap<string, KeySummary> {
    return this.#block.keys
  }

  get timesRise(): boolean {
    return this.#block.timesRise
  }

  get firstTime(): number {
    return this.#block.firstTime
  }

  get lastTime(): number {
    return this.#block.lastTime
  }

  get regularSteps(): readonly [first: number, difference: number] | undefined {
    return this.#block.regularSteps
  }

  steps(): Float64Array {
    const regular = this.#block.regularSteps
    // Runs whose steps are the same share them.
    return this.#kept(regular ? `steps ${regular.join(' ')} ${this.rows}` : `${this.#id}/steps`, () =>
      this.#block.steps(),
    )
  }

  times(): Float64Array {
    return this.#kept(`${this.#id}/times`, () => this.#block.times())
  }

  rowsOf(key: string): Uint32Array | undefined {
    const id = `${this.#id}/rows/${key}`
    const kept = this.#memory.rows.get(id)
    if (kept) return kept as Uint32Array
    const rows = this.#block.rowsOf(key)
    if (rows) this.#memory.rows.set(id, rows, rows.byteLength)
    return rows
  }

  values(key: string, from: number, to: number): Float64Array {
    const id = `${this.#id}/${key}`
    const kept = this.#memory.values.get(id)
    if (kept) return kept.subarray(from, to)
    const { count } = this.#block.keys.get(key)!
    const parts = (this.#parts.get(key) ?? 0) + 1
    if (parts <= MOST_PARTS && to - from < count * LARGE) {
      this.#parts.set(key, parts)
      return this.#block.values(key, from, to)
    }
    this.#parts.delete(key)
    const values = this.#block.values(key, 0, count)
    this.#memory.values.set(id, values, values.byteLength)
    return values.subarray(from, to)
  }

  /** Is not kept: whoever reads everything would push out what others look at. */
  allValues(key: string, scratch: Float64Array): Float64Array {
    return this.#memory.values.get(`${this.#id}/${key}`) ?? this.#block.allValues(key, scratch)
  }

  pyramid(key: string): Pyramid {
    const id = `${this.#id}/${key}`
    const kept = this.#memory.pyramids.get(id)
    if (kept) return kept
    const pyramid = this.#block.pyramid(key)
    this.#memory.pyramids.set(id, pyramid, bytesOfPyramid(pyramid))
    return pyramid
  }

  #kept(id: string, read: () => Float64Array): Float64Array {
    const kept = this.#memory.rows.get(id)
    if (kept) return kept as Float64Array
    const numbers = read()
    this.#memory.rows.set(id, numbers, numbers.byteLength)
    return numbers
  }
}
