import { closeSync, fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/journal'
import { openWithin, RowScanner } from '@swanlab/journal/internal'
import { BLOCK_ROWS, type Block } from '../blocks/block.ts'
import { OpenBlock } from '../blocks/open-block.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { Places } from './block-of.ts'
import type { BlockStore, StoredBlock } from './block-store.ts'
import { addFact, noFacts, type RunFacts } from './run-facts.ts'

/** Bytes at the beginning, and before the end of a block, by which a journal is known again. */
const FINGERPRINT = 4_096
/** Bytes before the place that has been reached by which a journal that grows is known again. */
const KNOWN = 256
const NEWLINE = 0x0a
/** Console lines between two whose places are kept. */
const LINES_APART = 256
/** Rows that are worth a file of their own when nobody looks any longer. */
const WORTH_KEEPING = BLOCK_ROWS / 4
/** Bytes of a journal that is read faster than found again. */
const SMALL = 4 * 1024 * 1024

/** Bytes before the end of a journal whose rows are told to whoever wants them: nobody asks for all rows of a long one. */
const RECENT = 4 * 1024 * 1024

/** Something read that was not there before. */
export interface NewRow {
  readonly step: number
  readonly time: number
  readonly data: Readonly<Record<string, number>>
}

/**
 * One journal by column, as far as it has been read. It is a function of the journal's first bytes alone: blocks that
 * have been stored are taken from there, and whatever does not fit the journal any more is read again.
 */
export class RunIndex {
  readonly dir: string
  #store: BlockStore | undefined
  #cursor: JournalCursor | undefined
  readonly #scanner = new RowScanner()
  #onRow: ((row: NewRow, to: number) => void) | undefined
  #stored: StoredBlock[] = []
  /** Of all blocks. */
  #keys = new Set<string>()
  #open = this.#newBlock()
  #places: Places = { lines: [], media: [] }
  #facts = noFacts()
  #linesSeen = 0
  /** Where the open block begins. */
  #from = 0
  #damagedBefore = 0
  #head: string | undefined
  #size = 0
  #inode = ''
  #toldFrom = 0
  /** The last bytes that were read, by which the journal is known to be the same when it has grown. */
  #known: Known | undefined

  /** @param dir - Real path of the run folder. */
  constructor(dir: string, store: BlockStore | undefined) {
    this.dir = dir
    this.#store = store
  }

  /** In the order of their rows; the last one may be growing. */
  get blocks(): readonly Block[] {
    return this.#open.rows > 0
      ? [...this.#stored.map(({ block }) => block), this.#open]
      : this.#stored.map(({ block }) => block)
  }

  get facts(): Readonly<RunFacts> {
    return this.#facts
  }

  /** Bytes that are in the index. */
  get offset(): number {
    return this.#cursor?.position ?? this.#from
  }

  /** Every row behind this place has been told, in bytes: what is before came from the cache, or was too far from the end. */
  get toldFrom(): number {
    return this.#toldFrom
  }

  /** Bytes of the journal when it was last looked at. */
  get size(): number {
    return this.#size
  }

  /** How much of the journal is in the index, from 0 to 1; what its writer has not finished counts as read. */
  get progress(): number {
    if (!this.#cursor) return 0
    return this.#cursor.atEnd || this.#size === 0 ? 1 : Math.min(1, this.offset / this.#size)
  }

  /** Bytes of the journal whose rows are in memory, and in no file. */
  get held(): number {
    const sealed = this.#stored.reduce((sum, { of }) => (of.tail === '' ? sum + of.to - of.from : sum), 0)
    return sealed + this.offset - this.#from
  }

  get damagedLines(): number {
    return this.#damagedBefore + (this.#cursor?.damage.dropped ?? 0)
  }

  /** The journal ends in the middle of a line. */
  get torn(): boolean {
    return this.#cursor !== undefined && this.#cursor.atEnd && this.#cursor.position < this.#size
  }

  get places(): readonly Places[] {
    return [...this.#stored.map(({ of }) => of.places), this.#places]
  }

  /**
   * Reads on.
   *
   * @param bytes - About how many at most.
   * @param onRow - Called for each row near the end, with the place where its record ends; see {@link toldFrom}.
   * @returns what has become of it: `more` - there is more to read; `end` - that is all for now; `replaced` - another
   *   journal is there, or it was cut: everything has been forgotten, and begins anew.
   * @throws the file system's own error, or SwanLabError `INVALID_FILE`, when the journal cannot be read.
   */
  advance(bytes: number, onRow?: (row: NewRow, to: number) => void): 'more' | 'end' | 'replaced' {
    const replaced = this.#look()
    const cursor = (this.#cursor ??= this.#begin())
    this.#onRow = onRow
    for (const record of cursor.read(bytes)) this.#add(record, cursor)
    this.#remember()
    if (replaced) return 'replaced'
    return cursor.atEnd ? 'end' : 'more'
  }

  /** Whether a line of the journal begins at an offset. @throws the file system's own error. */
  beginsLine(offset: number): boolean {
    if (offset === 0) return true
    const fd = openWithin(this.dir, JOURNAL_FILE)
    try {
      const before = Buffer.alloc(1)
      return readSync(fd, before, 0, 1, offset - 1) === 1 && before[0] === NEWLINE
    } finally {
      closeSync(fd)
    }
  }

  /** Keeps what is not in a file yet, where that pays, and lets go of everything. */
  close(): void {
    try {
      if (this.#open.rows >= WORTH_KEEPING || (this.#ended && this.#open.rows > 0)) this.#seal(this.offset)
    } catch {
      // The journal is gone: what was read of it is worth nothing.
    } finally {
      this.#forget()
    }
  }

  get #ended(): boolean {
    return this.#facts.parts.at(-1)?.endTime !== undefined
  }

  /** Whether another journal has come to be there. */
  #look(): boolean {
    const fd = openWithin(this.dir, JOURNAL_FILE)
    try {
      const { size, ino, dev } = fstatSync(fd)
      const inode = `${dev}:${ino}`
      const other = this.#inode !== '' && (inode !== this.#inode || !isStill(fd, this.#known))
      this.#inode = inode
      this.#size = size
      if (other) this.#forget()
      return other
    } finally {
      closeSync(fd)
    }
  }

  /** The same file may be written anew, and be longer than before when it is looked at next. */
  #remember(): void {
    const { atEnd, position } = this.#cursor!
    const fd = openWithin(this.dir, JOURNAL_FILE)
    try {
      const to = atEnd ? Math.max(position, this.#size) : position
      const bytes = Buffer.alloc(Math.min(to, KNOWN))
      const from = to - bytes.length
      this.#known = { from, bytes: bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)) }
    } finally {
      closeSync(fd)
    }
  }

  #begin(): JournalCursor {
    if (this.#store) this.#takeStored(this.#store)
    this.#toldFrom = this.#from
    const cursor: JournalCursor = new JournalCursor(join(this.dir, JOURNAL_FILE), {
      from: this.#from,
      scan: (bytes, from) => {
        const end = this.#scanner.scan(bytes, from)
        if (end >= 0) this.#addScanned(cursor.position + end + 1 - from)
        return end
      },
    })
    return cursor
  }

  #newBlock(): OpenBlock {
    return new OpenBlock((key) => {
      if (this.#keys.size < LIMITS.keysOfRun) this.#keys.add(key)
      return this.#keys.has(key)
    })
  }

  #takeStored(store: BlockStore): void {
    const fd = openWithin(this.dir, JOURNAL_FILE)
    try {
      for (const stored of store.read(this.dir)) {
        const { from, to, head, tail, facts, damaged } = stored.of
        if (
          from !== this.#from ||
          to > this.#size ||
          head !== fingerprint(fd, 0, Math.min(to, FINGERPRINT)) ||
          tail !== fingerprint(fd, Math.max(0, to - FINGERPRINT), to)
        ) {
          stored.close()
          continue
        }
        this.#stored.push(stored)
        for (const key of stored.block.keys.keys()) this.#keys.add(key)
        this.#from = to
        this.#facts = structuredClone(facts)
        this.#damagedBefore = damaged
      }
      this.#linesSeen = this.#facts.lines
    } finally {
      closeSync(fd)
    }
  }

  #add(record: JournalRecord, cursor: JournalCursor): void {
    if (record.type === 'log') {
      const { step, time, data } = record
      const keys = Object.keys(data)
      this.#scanner.learn(data)
      this.#addRow(
        step,
        time,
        keys,
        keys.map((key) => data[key]!),
        cursor.position,
      )
      return
    }
    addFact(this.#facts, record)
    if (record.type === 'media') this.#places.media.push([record.key, record.step, cursor.offset])
    else if (record.type === 'console' && this.#linesSeen++ % LINES_APART === 0)
      this.#places.lines.push([record.line, cursor.offset])
  }

  #addScanned(to: number): void {
    const { step, time, keys, values } = this.#scanner
    this.#addRow(step, time, keys, values, to)
  }

  /** @param to - Where its record ends, in bytes. */
  #addRow(step: number, time: number, keys: readonly string[], values: ArrayLike<number>, to: number): void {
    this.#facts.records++
    if (time > this.#facts.lastTime) this.#facts.lastTime = time
    this.#open.add(step, time, keys, values)
    if (to < this.#size - RECENT) this.#toldFrom = to
    else this.#onRow?.({ step, time, data: Object.fromEntries(keys.map((key, at) => [key, values[at]!])) }, to)
    if (this.#open.isFull) this.#seal(to)
  }

  /** The open block is full, or gets no more rows. @param to - Bytes of the journal that are in it, and those before it. */
  #seal(to: number): void {
    const block = this.#open
    const damaged = this.damagedLines
    const keep = this.#store !== undefined && to >= SMALL
    const of = keep
      ? {
          ...this.#fingerprints(to),
          from: this.#from,
          to,
          damaged,
          facts: structuredClone(this.#facts),
          places: this.#places,
        }
      : { head: '', tail: '', from: this.#from, to, damaged, facts: noFacts(), places: this.#places }
    const stored = keep ? this.#store?.write(this.dir, this.#stored.length, block, of) : undefined
    this.#stored.push(stored ?? { block, of, close: () => {} })
    this.#open = this.#newBlock()
    this.#places = { lines: [], media: [] }
    this.#from = to
  }

  #fingerprints(to: number): { head: string; tail: string } {
    const fd = openWithin(this.dir, JOURNAL_FILE)
    try {
      this.#head ??= to >= FINGERPRINT ? fingerprint(fd, 0, FINGERPRINT) : undefined
      return { head: this.#head ?? fingerprint(fd, 0, to), tail: fingerprint(fd, Math.max(0, to - FINGERPRINT), to) }
    } finally {
      closeSync(fd)
    }
  }

  #forget(): void {
    this.#cursor?.close()
    for (const stored of this.#stored) stored.close()
    this.#cursor = undefined
    this.#stored = []
    this.#keys = new Set()
    this.#open = this.#newBlock()
    this.#places = { lines: [], media: [] }
    this.#facts = noFacts()
    this.#linesSeen = 0
    this.#from = 0
    this.#damagedBefore = 0
    this.#head = undefined
    this.#toldFrom = 0
    this.#known = undefined
  }

  /** A block in a file turned out to be damaged: the files are removed, and everything is read again. */
  discardStored(): void {
    this.#forget()
    if (!this.#store?.remove(this.dir)) this.#store = undefined
  }
}

interface Known {
  readonly from: number
  readonly bytes: Buffer
}

function isStill(fd: number, known: Known | undefined): boolean {
  if (!known || known.bytes.length === 0) return true
  const now = Buffer.alloc(known.bytes.length)
  return readSync(fd, now, 0, now.length, known.from) === now.length && now.equals(known.bytes)
}

function fingerprint(fd: number, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from)
  const read = readSync(fd, bytes, 0, bytes.length, from)
  return createHash('sha256').update(bytes.subarray(0, read)).digest('base64')
}
