import { readSync } from 'node:fs'
import { writeAll } from './write-all.ts'

const CHUNK = 256 * 1024
const LF = 10
const CR = 13
const COMMA = 44

/** A row of numbers in a file. */
export interface StepsRow {
  /** Where it begins. */
  readonly at: number
  /** Without the end of its line. */
  readonly bytes: Uint8Array
}

/** Reads the complete rows between two places of a file, in bounded memory. Rows of numbers need no quotes. */
export function* readRows(fd: number, from: number, to: number): Generator<StepsRow, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for (let read = from; read < to;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, to - read))
    const length = readSync(fd, chunk, 0, chunk.length, read)
    if (length === 0) return
    const text = Buffer.concat([rest, chunk.subarray(0, length)])
    const origin = read - rest.length
    read += length
    let start = 0
    for (let end = text.indexOf(LF); end >= 0; end = text.indexOf(LF, start)) {
      yield { at: origin + start, bytes: text.subarray(start, text[end - 1] === CR && end > start ? end - 1 : end) }
      start = end + 1
    }
    rest = text.subarray(start)
  }
}

/** Where the last complete row between two places of a file ends. What follows it was cut off in the middle. */
export function endOfRows(fd: number, from: number, to: number): number {
  for (let end = to; end > from;) {
    const start = Math.max(from, end - CHUNK)
    const chunk = Buffer.alloc(end - start)
    readSync(fd, chunk, 0, chunk.length, start)
    const last = chunk.lastIndexOf(LF)
    if (last >= 0) return start + last + 1
    end = start
  }
  return from
}

/** Copies rows and fills them up to `width` cells. @returns the number of bytes written. */
export function copyRows(rows: Iterable<StepsRow>, fd: number, width: number, newline: string): number {
  let written = 0
  let waiting: Uint8Array[] = []
  let size = 0
  const flush = (): void => {
    written += writeAll(fd, Buffer.concat(waiting))
    waiting = []
    size = 0
  }
  // Neighbours lack the same number of cells.
  let filled = width
  let filling = Buffer.from(newline)
  for (const { bytes } of rows) {
    const cells = Math.min(width, cellsOf(bytes))
    if (cells !== filled) filling = Buffer.from(','.repeat(width - cells) + newline)
    filled = cells
    waiting.push(bytes, filling)
    size += bytes.length + filling.length
    if (size >= CHUNK) flush()
  }
  flush()
  return written
}

function cellsOf(row: Uint8Array): number {
  let cells = 1
  for (let comma = row.indexOf(COMMA); comma >= 0; comma = row.indexOf(COMMA, comma + 1)) cells++
  return cells
}
