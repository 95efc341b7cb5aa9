import { closeSync, readSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { openWithin, type Owner } from '../files/safe-open.ts'
import { decodeRecord, RECORD_START, type JournalRecord } from './records.ts'

/** Least size of the buffer, in bytes. */
const CHUNK = 262_144
/** Longest line that is read, in bytes; a longer one is damage. */
const MAX_LINE = 67_108_864
/** Places in one damaged line at which a record may begin; a line with more of them is not worth the time. */
const MAX_STARTS = 100
const NEWLINE = 0x0a

/** What every line begins with. */
const START = '{"type":"'

export interface CursorOptions {
  /** Longest line that is read, in bytes. Default: 64 MiB. */
  readonly maxLine?: number
  /** Where to begin: the start of a line, in bytes. Default: 0. */
  readonly from?: number
  /** Types of the records that are wanted; others may be left out. Default: all. */
  readonly only?: ReadonlySet<JournalRecord['type']>
  /**
   * Is offered each line first, as the bytes from `from` to its break. Answers where the break is when it has taken the
   * line, which is then not read any further; -1 otherwise. `position` is still where the line begins.
   */
  readonly scan?: (bytes: Uint8Array, from: number) => number
  /** Whose journals are read; `own` for whatever is sent or acted upon. Default: `any`. */
  readonly owner?: Owner
}

/** What a reader had to leave out. */
export interface JournalDamage {
  /** Lines, or parts of lines, that hold no record. */
  dropped: number
  /** The file ends in the middle of a line: its writer died while writing, or is writing now. */
  torn: boolean
}

/**
 * Reads a journal that may still grow: each `read` gives the records that have become whole since the last one. Damage
 * costs the line it is in, and is counted.
 */
export class JournalCursor {
  readonly damage: JournalDamage = { dropped: 0, torn: false }
  /** Where the line of the record that was read last begins in the file, in bytes. */
  offset = 0
  /** The last `read` came to the end of the file. */
  atEnd = false
  readonly #fd: number
  readonly #maxLine: number
  readonly #only: ReadonlySet<string> | undefined
  readonly #scan: CursorOptions['scan']
  #buffer: Buffer
  /** What has been read and not been given yet lies between these two. */
  #start = 0
  #end = 0
  /** Offset of `#start` in the file, in bytes. */
  #at = 0
  /** Offset in the file of the next byte to be read, in bytes. */
  #next = 0
  /** In a line that is too long: nothing counts before its end. */
  #skipping = false

  /**
   * @throws SwanLabError `INVALID_FILE` when the file, or its folder, is a link, or is no regular file, or belongs to
   *   another user where that matters; the file system's own error when it cannot be opened.
   */
  constructor(path: string, { maxLine = MAX_LINE, from = 0, only, scan, owner }: CursorOptions = {}) {
    this.#fd = openWithin(dirname(path), basename(path), { owner })
    this.#maxLine = maxLine
    this.#only = only
    this.#scan = scan
    this.#at = from
    this.#next = from
    this.#buffer = Buffer.allocUnsafe(Math.min(CHUNK, maxLine))
  }

  /** Where the line after the one that was read last begins in the file, in bytes. */
  get position(): number {
    return this.#at
  }

  /**
   * Can be left at any record; the next call goes on behind it.
   *
   * @param bytes - Ends after about so many bytes, for a reader that has other things to do. Default: at the end of the file.
   */
  *read(bytes: number = Infinity): Generator<JournalRecord, void> {
    const until = this.#next + bytes
    do {
      for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) yield* this.#records(line)
      this.atEnd = !this.#fill()
    } while (!this.atEnd && this.#next < until)
  }

  /** The last line, should it lack only its break; to be called when nobody writes any more. */
  *end(): Generator<JournalRecord, void> {
    if (this.#start === this.#end && !this.#skipping) return
    this.damage.torn = true
    yield* this.#records(this.#take(this.#end))
  }

  close(): void {
    closeSync(this.#fd)
  }

  #nextLine(): string | undefined {
    this.#scanLines()
    // The buffer holds older bytes behind its end.
    const end = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#start)
    return end < 0 ? undefined : this.#take(end)
  }

  /** Leaves off at the first line that nobody takes as bytes. */
  #scanLines(): void {
    if (!this.#scan || this.#skipping) return
    const lastBreak = this.#buffer.subarray(0, this.#end).lastIndexOf(NEWLINE)
    while (this.#start <= lastBreak) {
      const end = this.#scan(this.#buffer, this.#start)
      if (end < 0) return
      this.#pass(end + 1)
    }
  }

  /** What is in the buffer before `end`, without the line break that may be there. */
  #take(end: number): string {
    const line = this.#skipping ? '' : this.#buffer.toString('utf8', this.#start, end)
    this.#pass(Math.min(end + 1, this.#end))
    this.#skipping = false
    return line
  }

  #pass(next: number): void {
    this.offset = this.#at
    this.#at += next - this.#start
    this.#start = next
  }

  /** False: there is no more for now. */
  #fill(): boolean {
    this.#buffer.copyWithin(0, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
    if (this.#end === this.#buffer.length) this.#grow()
    const read = readSync(this.#fd, this.#buffer, this.#end, this.#buffer.length - this.#end, this.#next)
    this.#end += read
    this.#next += read
    return read > 0
  }

  #grow(): void {
    if (this.#end < this.#maxLine && !this.#skipping) {
      const larger = Buffer.allocUnsafe(Math.min(2 * this.#end, this.#maxLine))
      this.#buffer.copy(larger)
      this.#buffer = larger
      return
    }
    if (!this.#skipping) this.damage.dropped++
    this.#skipping = true
    this.#at += this.#end
    this.#end = 0
  }

  *#records(line: string): Generator<JournalRecord, void> {
    if (line === '' || this.#isForOthers(line)) return
    const record = decodeRecord(line)
    if (record) yield record
    else yield* this.#salvage(line)
  }

  /** Whether a line is plainly a record that nobody asked for; parsing is what costs time. */
  #isForOthers(line: string): boolean {
    if (this.#only === undefined || !line.startsWith(START) || !line.endsWith('}')) return false
    if (this.#only.has(line.slice(START.length, line.indexOf('"', START.length)))) return false
    return !line.includes(START, START.length)
  }

  /** Damage may have eaten a line break: what stands before or behind it is whole. */
  *#salvage(line: string): Generator<JournalRecord, void> {
    let whole = true
    let from = 0
    let starts = 0
    for (const { index } of line.matchAll(RECORD_START)) {
      if (index === 0) continue
      if (++starts > MAX_STARTS) break
      // The line break may also have become another byte.
      const before = decodeRecord(line.slice(from, index)) ?? decodeRecord(line.slice(from, index - 1))
      if (before) yield before
      // A configuration may hold what looks like a record; inside an object or a list it follows one of these.
      else if (':,['.includes(line[index - 1]!)) continue
      else whole = false
      from = index
    }
    const last = decodeRecord(line.slice(from)) ?? decodeRecord(withoutStray(line.slice(from)))
    if (last) yield last
    if (!last || !whole) this.damage.dropped++
  }
}

/** Without a last character that no record ends with. Objects inside a configuration end with more braces than ours. */
function withoutStray(line: string): string {
  return line.endsWith('}') ? '' : line.slice(0, -1)
}
