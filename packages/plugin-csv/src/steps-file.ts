import { closeSync, constants, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { LogRecord } from '@swanlab/core'
import { replaceFileSync } from '@swanlab/journal'
import { metricColumn } from './columns.ts'
import { NEWLINE, numberText, wellFormed } from './csv.ts'
import { failure } from './failure.ts'
import { headerText, readHeader, readWaiting, STEP_COLUMNS, waitingText } from './steps-header.ts'
import { copyRows, endOfRows, readRows } from './steps-rows.ts'
import { writeAll } from './write-all.ts'

/** Bytes that may be rewritten on account of new columns: this many, and so many more for each byte appended. */
const FREE_REWRITE = 16 * 1024 * 1024
const REWRITE_RATIO = 4
/** What a rewrite costs beside its bytes, in bytes: the disk is waited for. */
const REWRITE_FEE = 256 * 1024

/**
 * The rows of one run's steps. A row is one write. A new column makes the file be rewritten, with a wider header and
 * filled-up rows, for as long as all rewriting stays in proportion to what was appended. Beyond that, names wait in a
 * file beside it while rows already have the new cells; the header catches up later, or in `finish`, or when the file
 * is opened again.
 */
export class StepsFile {
  readonly #file: string
  readonly #waitingFile: string
  /** Whether rows that are there already belong to this run. */
  #keeps: boolean
  #fd: number | undefined
  /** Where the next row begins. */
  #size = 0
  #headerLength = 0
  #newline = NEWLINE
  /** Number of columns that the header names. */
  #headed = 0
  /** Names of columns that neither the header nor the waiting file has. */
  #fresh: string[] = []
  #credit = FREE_REWRITE
  /** Place of each column, by its name, in order. */
  readonly #columns = new Map<string, number>()
  /** The same by metric key. */
  readonly #places = new Map<string, number>()

  constructor(file: string, resumed: boolean) {
    this.#file = file
    this.#waitingFile = `${file}.columns`
    this.#keeps = resumed
  }

  /** @throws SwanLabError `CALLBACK_FAILED`; the file is then as it was before. */
  write(record: LogRecord): void {
    try {
      if (this.#fd === undefined) this.#open(record)
      const { step, time, data } = record
      const cells = [String(step), String(time)]
      cells.length = this.#columns.size
      for (const key of Object.keys(data)) cells[this.#placeOf(key)] = numberText(data[key]!)
      if (this.#columns.size > this.#headed) this.#name()
      this.#append(cells.join(',') + this.#newline)
    } catch (error) {
      throw failure(`could not write step ${record.step} to ${this.#file}`, error)
    }
  }

  /** Completes the header and closes the file. Later records are still welcome. */
  finish(): void {
    try {
      if (this.#fd === undefined && existsSync(this.#waitingFile) && existsSync(this.#file)) {
        this.#keeps = true
        this.#open()
      }
      if (this.#fd !== undefined && this.#headed > 0 && this.#columns.size > this.#headed) this.#rewrite()
    } catch (error) {
      throw failure(
        `could not complete the header of ${this.#file}; its last columns are named in ${this.#waitingFile}`,
        error,
      )
    } finally {
      this.close()
    }
  }

  close(): void {
    const fd = this.#fd
    // Forgotten first: a number that could not be closed may be another file's by the next time.
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }

  #placeOf(key: string): number {
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const name = wellFormed(metricColumn(key, (other) => STEP_COLUMNS.includes(other)))
    const place = this.#columns.get(name) ?? this.#columns.size
    if (place === this.#columns.size) this.#fresh.push(name)
    this.#columns.set(name, place)
    this.#places.set(key, place)
    return place
  }

  #append(row: string): void {
    const fd = this.#fd!
    try {
      const bytes = writeAll(fd, row, this.#size)
      this.#size += bytes
      this.#credit += REWRITE_RATIO * bytes
    } catch (error) {
      // Half a row could be taken for a whole one.
      cutOff(fd, this.#size)
      throw error
    }
  }

  /** Has every column named somewhere, before a row has cells in it. */
  #name(): void {
    if (this.#headed === 0) return this.#writeHeader()
    if (this.#credit >= this.#size + REWRITE_FEE) {
      try {
        return this.#rewrite()
      } catch (error) {
        this.#credit = 0
        if (this.#fd === undefined) throw error
      }
    }
    if (this.#fresh.length > 0) this.#letWait(this.#fresh)
    this.#fresh = []
  }

  #letWait(names: readonly string[]): void {
    const fd = openSync(this.#waitingFile, 'a')
    const { size } = fstatSync(fd)
    try {
      writeAll(fd, waitingText(names))
    } catch (error) {
      cutOff(fd, size)
      throw error
    } finally {
      closeSync(fd)
    }
  }

  #writeHeader(): void {
    this.#append(headerText(this.#columns.keys()) + this.#newline)
    this.#headerLength = this.#size
    this.#headed = this.#columns.size
    this.#fresh = []
  }

  #rewrite(): void {
    const source = this.#fd!
    const scratch = `${this.#file}.tmp`
    rmSync(scratch, { force: true })
    const width = this.#columns.size
    const header = headerText(this.#columns.keys()) + this.#newline
    let rows = 0
    replaceFileSync(
      this.#file,
      (fd) => {
        writeAll(fd, header)
        rows = copyRows(readRows(source, this.#headerLength, this.#size), fd, width, this.#newline)
      },
      // Windows replaces only files that nobody holds open.
      { scratch, mode: 'keep', flush: true, beforeRename: () => this.close() },
    )
    rmSync(this.#waitingFile, { force: true })
    this.#fd = openSync(this.#file, 'r+')
    this.#credit -= this.#size + REWRITE_FEE
    this.#headerLength = Buffer.byteLength(header)
    this.#size = this.#headerLength + rows
    this.#headed = width
    this.#fresh = []
  }

  /** @param first - The record that is going to be written. */
  #open(first?: LogRecord): void {
    mkdirSync(path.dirname(this.#file), { recursive: true })
    const fd = openSync(this.#file, constants.O_RDWR | constants.O_CREAT)
    this.#fd = fd
    try {
      this.#takeStock(fd, first)
      this.#keeps = true
    } catch (error) {
      this.close()
      throw error
    }
  }

  #takeStock(fd: number, first: LogRecord | undefined): void {
    const { size } = fstatSync(fd)
    const header = size > 0 ? readHeader(fd) : undefined
    if (size > 0 && !header) throw new Error('it is there already, and its first columns are not step and time')
    const continues = this.#keeps && header !== undefined && header.newline !== ''
    const waiting = continues && existsSync(this.#waitingFile) ? readWaiting(this.#waitingFile) : []
    this.#places.clear()
    this.#columns.clear()
    for (const name of [...(continues ? header.names : STEP_COLUMNS), ...waiting])
      if (!this.#columns.has(name)) this.#columns.set(name, this.#columns.size)
    this.#fresh = []
    this.#headed = continues ? header.names.length : 0
    this.#newline = continues ? header.newline : NEWLINE
    this.#headerLength = continues ? header.length : 0
    this.#size = continues ? this.#end(fd, size, first) : 0
    this.#credit = FREE_REWRITE + REWRITE_RATIO * this.#size
    if (this.#size < size) ftruncateSync(fd, this.#size)
    if (!continues) rmSync(this.#waitingFile, { force: true })
  }

  /** Where to go on: after the last complete row, or at `first` when it is there already, from an earlier replay. */
  #end(fd: number, size: number, first: LogRecord | undefined): number {
    const end = endOfRows(fd, this.#headerLength, size)
    if (!first) return end
    const start = Buffer.from(`${first.step},${first.time},`)
    for (const { at, bytes } of readRows(fd, this.#headerLength, end))
      if (start.equals(bytes.subarray(0, start.length))) return at
    return end
  }
}

function cutOff(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size)
  } catch {
    // Then the next row is written over it.
  }
}
