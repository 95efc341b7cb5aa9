import { closeSync, openSync, readSync } from 'node:fs'
import { decodeRecord, type JournalRecord } from './records.ts'

const CHUNK = 262_144
/** Longest line that is read, in bytes; a longer one is damage. */
const MAX_LINE = 67_108_864
const NEWLINE = 0x0a
const START = '{"type":"'

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
  /** Where the record that was read last begins in the file, in bytes. */
  offset = 0
  #next = 0
  readonly #fd: number
  readonly #chunk = Buffer.allocUnsafe(CHUNK)
  #rest: Buffer = Buffer.alloc(0)

  /** @throws the file system's own error when the file cannot be opened. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r')
  }

  *read(): Generator<JournalRecord, void> {
    for (let read = readSync(this.#fd, this.#chunk); read > 0; read = readSync(this.#fd, this.#chunk)) {
      const fresh = this.#chunk.subarray(0, read)
      const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, fresh]) : fresh
      let start = 0
      const whole = bytes.lastIndexOf(NEWLINE) + 1
      // The chunk is used again by the next read, which may come before the consumer is done with this one.
      this.#rest = Buffer.from(bytes.subarray(whole))
      const lines = bytes.toString('utf8', 0, whole)
      const ascii = lines.length === whole
      for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', start)) {
        const line = lines.slice(start, end)
        this.offset = this.#next
        this.#next += (ascii ? line.length : Buffer.byteLength(line)) + 1
        yield* this.#records(line)
        start = end + 1
      }
      if (this.#rest.length > MAX_LINE) {
        this.damage.dropped++
        this.#rest = Buffer.alloc(0)
      }
    }
  }

  /** The last line, should it lack only its break; to be called when nobody writes any more. */
  *end(): Generator<JournalRecord, void> {
    if (this.#rest.length === 0) return
    this.damage.torn = true
    yield* this.#records(this.#rest.toString('utf8'))
    this.#rest = Buffer.alloc(0)
  }

  close(): void {
    closeSync(this.#fd)
  }

  *#records(line: string): Generator<JournalRecord, void> {
    const record = decodeRecord(line)
    if (record) {
      yield record
    } else if (line.length > 0) {
      this.damage.dropped++
      // Damage may have eaten a line break: what follows it on the line is whole.
      for (let at = line.indexOf(START, 1); at > 0; at = line.indexOf(START, at + 1)) {
        const salvaged = decodeRecord(line.slice(at))
        if (salvaged) return yield salvaged
      }
    }
  }
}
