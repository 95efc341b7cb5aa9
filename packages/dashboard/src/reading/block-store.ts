import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
  writevSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '../blocks/block.ts'
import { encodeBlock, FileBlock } from '../blocks/block-file.ts'
import { CachedBlock, type BlockMemory } from '../blocks/cached-block.ts'
import type { BlockOf } from './block-of.ts'

/** Version of what is stored: raised when the same journal would give other blocks. */
const VERSION = 1

const TEMPORARY = '.tmp'
/** Milliseconds after which nobody writes to a file any more that is not whole: its process was killed. */
const ABANDONED = 60 * 60_000

/** Pieces that are written in one call, which may write a part of them. */
const MOST_PIECES = 512

export interface StoredBlock {
  readonly block: Block
  readonly of: BlockOf
  close(): void
}

/** Folder of what was read of journals before, for this user: `$XDG_CACHE_HOME/swanlab/index`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME']
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'swanlab', 'index')
}

/**
 * Blocks in files, in a folder for each run. Files are written whole or not at all, and two processes that write the same
 * one write the same. What cannot be written is done without.
 */
export class BlockStore {
  readonly #folder: string
  readonly #most: number
  readonly #memory: BlockMemory
  // Each process looks once, however little it writes.
  #sinceCleaning = Infinity

  /** @param most - Bytes of all files; the runs that were looked at longest ago go first. Default: 5 GB. */
  constructor(folder: string, memory: BlockMemory, most: number = 5e9) {
    this.#folder = folder
    this.#memory = memory
    this.#most = most
  }

  /** What is there of a run, up to the first file that is missing or damaged. */
  *read(dir: string): Generator<StoredBlock> {
    const folder = this.#folderOf(dir)
    for (let number = 0; ; number++) {
      const stored = this.#open(folder, number)
      if (!stored) return
      if (number === 0) touch(folder)
      yield stored
    }
  }

  /** @returns undefined when it could not be written. */
  write(dir: string, number: number, block: Block, of: BlockOf): StoredBlock | undefined {
    const folder = this.#folderOf(dir)
    const temporary = join(folder, `.${randomBytes(6).toString('hex')}${TEMPORARY}`)
    try {
      makePrivate(this.#folder)
      makePrivate(folder)
      const pieces = encodeBlock(block, { version: VERSION, ...of })
      const bytes = writeAll(temporary, pieces)
      renameSync(temporary, join(folder, nameOf(number)))
      this.#sinceCleaning += bytes
      if (this.#sinceCleaning > this.#most / 50) this.#clean(folder)
      return this.#open(folder, number)
    } catch {
      discard(temporary)
      return undefined
    }
  }

  /** Removes everything that is kept of a run. @returns false when that is not possible. */
  remove(dir: string): boolean {
    return discard(this.#folderOf(dir))
  }

  #open(folder: string, number: number): StoredBlock | undefined {
    const path = join(folder, nameOf(number))
    try {
      const file = new FileBlock(path)
      const { version, ...of } = file.meta as unknown as BlockOf & { version: number }
      if (version !== VERSION) {
        file.close()
        return undefined
      }
      const block = new CachedBlock(file, `${path}:${of.tail}`, this.#memory)
      return { block, of, close: () => file.close() }
    } catch {
      return undefined
    }
  }

  #folderOf(dir: string): string {
    return join(this.#folder, createHash('sha256').update(dir).digest('hex').slice(0, 32))
  }

  /** @param current - Is being written to, and stays. */
  #clean(current: string): void {
    this.#sinceCleaning = 0
    const runs = readdirSync(this.#folder)
      .map((name) => join(this.#folder, name))
      .map((folder) => ({ folder, ...usage(folder) }))
      .toSorted((a, b) => a.used - b.used)
    let bytes = runs.reduce((sum, run) => sum + run.bytes, 0)
    for (const run of runs) {
      if (bytes <= this.#most) return
      if (run.folder === current) continue
      discard(run.folder)
      bytes -= run.bytes
    }
  }
}

const nameOf = (number: number): string => `${String(number).padStart(6, '0')}.block`

/** Its own, and nobody else's: what was logged may be nobody else's business. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if ((process.getuid && uid !== process.getuid()) || (mode & 0o077 && process.platform !== 'win32'))
    throw new Error(`${folder} can be read by others`)
}

function discard(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true })
    return true
  } catch {
    // Not ours, or on a disk that is for reading only.
    return false
  }
}

function writeAll(path: string, pieces: readonly Uint8Array[]): number {
  const fd = openSync(path, 'wx', 0o600)
  try {
    let bytes = 0
    for (let from = 0; from < pieces.length; from += MOST_PIECES) {
      const some = pieces.slice(from, from + MOST_PIECES)
      const size = some.reduce((sum, { length }) => sum + length, 0)
      let done = writevSync(fd, some)
      if (done < size) {
        const whole = Buffer.concat(some)
        while (done < size) done += writeSync(fd, whole, done)
      }
      bytes += size
    }
    return bytes
  } finally {
    closeSync(fd)
  }
}

/** When it was last used is kept as the time of the folder: many file systems keep no time of reading. */
function touch(folder: string): void {
  try {
    utimesSync(folder, new Date(), new Date())
  } catch {
    // Not ours, or gone.
  }
}

function usage(folder: string): { bytes: number; used: number } {
  try {
    const files = readdirSync(folder)
    const bytes = files.reduce((sum, name) => sum + bytesOf(join(folder, name)), 0)
    return { bytes, used: statSync(folder).mtimeMs }
  } catch {
    return { bytes: 0, used: 0 }
  }
}

/** Of a file that stays. */
function bytesOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!path.endsWith(TEMPORARY) || Date.now() - stat.mtimeMs < ABANDONED) return stat.size
  return discard(path) ? 0 : stat.size
}
