import { fstatSync, readSync, type Stats } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { Level, Pyramid } from '../columns/pyramid.ts'
import { OpenFiles } from './open-files.ts'
import { BLOCK_ROWS, DamagedBlock, type Block, type KeySummary } from './block.ts'

/**
 * Layout of a file, all numbers little-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 8 | `SWLBLK01` |
 * | 4, 4 | length of the directory, its CRC-32 |
 * | … | the directory: JSON, UTF-8, padded with spaces to a multiple of 8 |
 * | … | regions, each a multiple of 8 long, at the places that the directory names |
 *
 * What is read of a file is checked against a CRC-32 first: the values by groups of 256.
 */
const MAGIC = 'SWLBLK01'
const HEADER = 16
/** Values that have one checksum. */
const GROUP = 256
const LARGEST_DIRECTORY = 64 * 1024 * 1024

/** What a block is of, and whatever else its owner wants to find again. */
export type BlockMeta = Readonly<Record<string, unknown>>

interface Region {
  readonly at: number
  readonly bytes: number
  /** Absent: it is checked otherwise. */
  readonly crc?: number
}

interface StoredKey extends Omit<KeySummary, 'key' | 'last'> {
  readonly last: number | string
  /** Checked by groups; their checksums are a region of their own. */
  readonly values: Region
  readonly checks: Region
  readonly pyramid: Region
  /** Points by level. */
  readonly rows?: Region
}

interface Directory {
  readonly meta: BlockMeta
  readonly rows: number
  readonly timesRise: boolean
  readonly firstTime: number
  readonly lastTime: number
  readonly steps: Region | readonly [first: number, difference: number]
  readonly times: Region
  readonly keys: readonly (readonly [key: string, stored: StoredKey])[]
}

/** @returns the content of a file, in pieces. */
export function encodeBlock(block: Block, meta: BlockMeta): Uint8Array[] {
  const regions = new Regions()
  const steps = block.steps()
  const directory: Directory = {
    meta,
    rows: block.rows,
    timesRise: block.timesRise,
    firstTime: block.firstTime,
    lastTime: block.lastTime,
    steps: regularity(steps) ?? regions.add(steps),
    times: regions.add(block.times()),
    keys: Array.from(block.keys, ([key, summary]) => [key, storeKey(block, summary, regions)] as const),
  }
  const json = Buffer.from(JSON.stringify(directory))
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ')
  json.copy(padded)
  const header = Buffer.alloc(HEADER)
  header.write(MAGIC, 'latin1')
  header.writeUInt32LE(padded.length, 8)
  header.writeUInt32LE(crc32(padded), 12)
  return [header, padded, ...regions.pieces]
}

function storeKey(block: Block, summary: KeySummary, regions: Regions): StoredKey {
  const { key, last, ...rest } = summaryOf(summary)
  const values = block.values(key, 0, summary.count)
  const rows = block.rowsOf(key)
  return {
    ...rest,
    // JSON has no words for what is not finite, and writes -0 as 0.
    last: Number.isFinite(last) && !Object.is(last, -0) ? last : Object.is(last, -0) ? '-0' : String(last),
    values: regions.add(values, false),
    checks: regions.add(checksOf(values)),
    pyramid: regions.add(packPyramid(block.pyramid(key))),
    ...(rows && { rows: regions.add(rows) }),
  }
}

function summaryOf(of: KeySummary): KeySummary {
  const { key, count, finite, min, minStep, max, maxStep, last, lastStep, rising, firstStep } = of
  return { key, count, finite, min, minStep, max, maxStep, last, lastStep, rising, firstStep }
}

/** First step and difference, when all differ by the same. */
function regularity(steps: Float64Array): readonly [number, number] | undefined {
  const first = steps[0] ?? 0
  const difference = steps.length > 1 ? steps[1]! - first : 1
  for (let row = 1; row < steps.length; row++) if (steps[row] !== first + row * difference) return undefined
  return [first, difference]
}

function bytesOf(array: Float64Array | Uint32Array | Uint8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

function checksOf(values: Float64Array): Uint32Array {
  const checks = new Uint32Array(Math.ceil(values.length / GROUP))
  for (let group = 0; group < checks.length; group++)
    checks[group] = crc32(bytesOf(values.subarray(group * GROUP, (group + 1) * GROUP)))
  return checks
}

class Regions {
  readonly pieces: Uint8Array[] = []
  #at = 0

  /** @param checked - False: it is not read whole. Default: true. */
  add(array: Float64Array | Uint32Array | Uint8Array, checked: boolean = true): Region {
    const content = bytesOf(array)
    const region = { at: this.#at, bytes: content.length, ...(checked && { crc: crc32(content) }) }
    // What is added is written before anything changes it, but a view of a growing list must not outlive its list.
    this.pieces.push(content)
    const padding = (8 - (content.length % 8)) % 8
    if (padding > 0) this.pieces.push(Buffer.alloc(padding))
    this.#at += content.length + padding
    return region
  }
}

const LEVEL_ARRAYS = ['min', 'max', 'sum'] as const
const LEVEL_COUNTS = ['minAt', 'maxAt', 'finite'] as const

function packPyramid(pyramid: Pyramid): Buffer {
  return Buffer.concat(
    pyramid.flatMap((level) => [
      ...LEVEL_ARRAYS.map((name) => bytesOf(level[name])),
      ...LEVEL_COUNTS.map((name) => bytesOf(level[name])),
    ]),
  )
}

function unpackPyramid(packed: Buffer, count: number): Pyramid {
  const levels: Level[] = []
  let at = 0
  const take = (bytes: number): Uint8Array => {
    // A copy begins where numbers may begin.
    const part = new Uint8Array(packed.subarray(at, at + bytes))
    at += bytes
    if (part.length < bytes) throw new DamagedBlock('a pyramid is too short')
    return part
  }
  for (let size = 64; ; size *= 16) {
    const cells = Math.ceil(count / size)
    const [min, max, sum] = LEVEL_ARRAYS.map(() => new Float64Array(take(8 * cells).buffer))
    const [minAt, maxAt, finite] = LEVEL_COUNTS.map(() => new Uint32Array(take(4 * cells).buffer))
    levels.push({ size, min: min!, max: max!, sum: sum!, minAt: minAt!, maxAt: maxAt!, finite: finite! })
    if (cells <= 1) return levels
  }
}

const files = new OpenFiles()

/**
 * A block in a file, which is opened when it is read. Whatever has come to be in its place meanwhile shows by the checksums
 * that were read first.
 */
export class FileBlock implements Block {
  readonly meta: BlockMeta
  readonly rows: number
  readonly timesRise: boolean
  readonly firstTime: number
  readonly lastTime: number
  readonly keys: ReadonlyMap<string, KeySummary>
  readonly #path: string
  readonly #regionsAt: number
  readonly #directory: Directory
  readonly #stored: ReadonlyMap<string, StoredKey>
  readonly #checks = new Map<string, Uint32Array>()

  /** @throws DamagedBlock when it is none; the file system's own error when it cannot be opened. */
  constructor(path: string) {
    this.#path = path
    const fd = files.use(this, path)
    try {
      const { directory, end } = readDirectory(fd, fstatSync(fd))
      this.#directory = directory
      this.#regionsAt = end
      this.meta = directory.meta
      this.rows = directory.rows
      this.timesRise = directory.timesRise
      this.firstTime = directory.firstTime
      this.lastTime = directory.lastTime
      this.#stored = new Map(directory.keys)
      this.keys = new Map(
        directory.keys.map(([key, stored]) => [key, { ...stored, key, last: Number(stored.last) }] as const),
      )
    } catch (error) {
      this.close()
      throw error instanceof DamagedBlock ? error : new DamagedBlock(String(error))
    }
  }

  /** Lets go of the file; reading it again opens it again. */
  close(): void {
    files.close(this)
  }

  get regularSteps(): readonly [first: number, difference: number] | undefined {
    const { steps } = this.#directory
    return Array.isArray(steps) ? (steps as [number, number]) : undefined
  }

  steps(): Float64Array {
    const regular = this.regularSteps
    if (!regular) return this.#numbers(this.#directory.steps as Region)
    const [first, difference] = regular
    const all = new Float64Array(this.rows)
    for (let row = 0; row < all.length; row++) all[row] = first + row * difference
    return all
  }

  times(): Float64Array {
    return this.#numbers(this.#directory.times)
  }

  rowsOf(key: string): Uint32Array | undefined {
    const { rows } = this.#stored.get(key)!
    return rows && new Uint32Array(this.#read(rows).buffer)
  }

  values(key: string, from: number, to: number): Float64Array {
    const { count } = this.#stored.get(key)!
    const [firstGroup, endGroup] = [Math.floor(from / GROUP), Math.ceil(to / GROUP)]
    const first = firstGroup * GROUP
    const read = new Float64Array(Math.min(endGroup * GROUP, count) - first)
    this.#readGroups(key, firstGroup, read)
    return read.subarray(from - first, to - first)
  }

  allValues(key: string, scratch: Float64Array): Float64Array {
    const all = scratch.subarray(0, this.#stored.get(key)!.count)
    this.#readGroups(key, 0, all)
    return all
  }

  /** Reads whole groups, of which each has a checksum. */
  #readGroups(key: string, firstGroup: number, into: Float64Array): void {
    const { values } = this.#stored.get(key)!
    this.#fill(bytesOf(into), values.at + 8 * firstGroup * GROUP)
    const checks = this.#checksOf(key)
    for (let group = 0; group * GROUP < into.length; group++) {
      const part = into.subarray(group * GROUP, (group + 1) * GROUP)
      if (crc32(bytesOf(part)) !== checks[firstGroup + group]) throw new DamagedBlock(`values of ${key} have changed`)
    }
  }

  pyramid(key: string): Pyramid {
    const { pyramid, count } = this.#stored.get(key)!
    return unpackPyramid(this.#read(pyramid), count)
  }

  #checksOf(key: string): Uint32Array {
    let checks = this.#checks.get(key)
    if (!checks) {
      checks = new Uint32Array(this.#read(this.#stored.get(key)!.checks).buffer)
      this.#checks.set(key, checks)
    }
    return checks
  }

  #numbers(region: Region): Float64Array {
    return new Float64Array(this.#read(region).buffer)
  }

  #read(region: Region): Buffer {
    const content = Buffer.from(new ArrayBuffer(region.bytes))
    this.#fill(content, region.at)
    if (crc32(content) !== region.crc) throw new DamagedBlock('a region has changed')
    return content
  }

  #descriptor(): number {
    try {
      return files.use(this, this.#path)
    } catch (error) {
      // Whoever keeps the cache small, or has read the journal anew, has removed it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedBlock('the file is gone')
      throw error
    }
  }

  #fill(buffer: Buffer, at: number): void {
    readFully(this.#descriptor(), buffer, this.#regionsAt + at)
  }
}

function readFully(fd: number, buffer: Buffer, at: number): void {
  for (let done = 0; done < buffer.length;) {
    const read = readSync(fd, buffer, done, buffer.length - done, at + done)
    if (read === 0) throw new DamagedBlock('the file ends early')
    done += read
  }
}

function readDirectory(fd: number, stat: Stats): { directory: Directory; end: number } {
  if (!stat.isFile()) throw new DamagedBlock('no regular file')
  const header = Buffer.alloc(HEADER)
  readFully(fd, header, 0)
  const length = header.readUInt32LE(8)
  if (header.toString('latin1', 0, 8) !== MAGIC || length > LARGEST_DIRECTORY)
    throw new DamagedBlock('no block, or of another version')
  const json = Buffer.alloc(length)
  readFully(fd, json, HEADER)
  if (crc32(json) !== header.readUInt32LE(12)) throw new DamagedBlock('the directory has changed')
  const directory = JSON.parse(json.toString()) as Directory
  if (directory.rows > BLOCK_ROWS) throw new DamagedBlock('too many rows')
  return { directory, end: HEADER + length }
}
