import { closeSync, constants, fdatasyncSync, fstatSync, readSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { openWithin, type Owner } from '../files/safe-open.ts'

/** When a line counts as written; see docs/journal.md for what each can lose. */
export type Durability = 'write' | 'buffered' | 'sync'

/** `buffered` holds back at most this much, in characters, … */
const BUFFER_SIZE = 65_536
/** … for at most this long, in milliseconds. */
const BUFFER_TIME = 1_000
/** How often it is checked that the file still has a name, in milliseconds. */
const CHECK_INTERVAL = 1_000
const NEWLINE = 0x0a
/** A journal that was deleted must not come back without its beginning. */
const REOPEN = constants.O_WRONLY | constants.O_APPEND
const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT

export interface JournalWriterOptions {
  readonly path: string
  /** Whose journals are written to. Default: `any`. */
  readonly owner?: Owner
  readonly durability: Durability
  readonly clock: () => number
  /** Is called about trouble with the disk, once a kind, and about its end. */
  readonly trouble: (message: string) => void
}

/**
 * Appends lines to a journal. Never throws: a line that the disk does not take is counted, and the next one begins on
 * a line of its own, so that a full disk costs what it refused and nothing else. A journal that is deleted is lost, and
 * still written to: a background process that has opened it follows the run to its end.
 */
export class JournalWriter {
  readonly #options: JournalWriterOptions
  /** Size of the file when it was opened, in bytes. */
  readonly begin: number
  #fd: number | undefined
  #closed = false
  #buffer = ''
  #buffered = 0
  #bufferedSince = 0
  #timer: NodeJS.Timeout | undefined
  #written = 0
  #lost = 0
  /** The file ends in the middle of a line. */
  #torn: boolean
  #failure: unknown
  #vanished = false
  #nextCheck: number

  /** @throws as `JournalCursor` when the file cannot be opened. */
  constructor(options: JournalWriterOptions) {
    this.#options = options
    this.#fd = this.#open(OPEN)
    const { size, torn } = endOf(this.#fd)
    this.begin = size
    this.#torn = torn
    this.#nextCheck = options.clock() + CHECK_INTERVAL
  }

  /** Lines that are not in the file. */
  get lost(): number {
    return this.#lost
  }

  /** Why the latest line could not be written; absent when it could. */
  get failure(): unknown {
    return this.#failure
  }

  /**
   * @param line - With its line break.
   * @param now - In milliseconds since 1970; whoever knows it saves a look at the clock.
   */
  append(line: string, now: number = this.#options.clock()): void {
    if (this.#options.durability === 'buffered' && !this.#closed) this.#hold(line, now)
    else this.#write(line, 1, now)
  }

  /** Writes what is held back. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#buffered === 0) return
    const [text, lines] = [this.#buffer, this.#buffered]
    this.#buffer = ''
    this.#buffered = 0
    this.#write(text, lines, this.#options.clock())
  }

  /** Writes what is held back and closes the file. What is appended later is written at once, and the file let go of. */
  close(): void {
    this.flush()
    this.#checkName()
    this.#closed = true
    this.#release()
  }

  #open(flags: number): number {
    const { path, owner } = this.#options
    return openWithin(dirname(path), basename(path), { owner, flags })
  }

  #hold(line: string, now: number): void {
    if (this.#buffered === 0) this.#bufferedSince = now
    this.#buffer += line
    this.#buffered++
    // A loop that never yields never lets the timer fire.
    const held = now - this.#bufferedSince
    if (this.#buffer.length >= BUFFER_SIZE || held >= BUFFER_TIME || held < 0) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), BUFFER_TIME).unref()
  }

  #write(text: string, lines: number, now: number): void {
    // Clocks are also put back.
    if (now >= this.#nextCheck || now < this.#nextCheck - CHECK_INTERVAL) this.#checkName()
    try {
      this.#fd ??= this.#open(REOPEN)
      const whole = this.#torn ? `\n${text}` : text
      const written = writeSync(this.#fd, whole)
      // ASCII in one call is the common case.
      if (written !== whole.length || written !== Buffer.byteLength(whole)) this.#writeRest(this.#fd, whole, written)
      this.#torn = false
      if (this.#options.durability === 'sync') fdatasyncSync(this.#fd)
      this.#count(lines)
      if (this.#failure !== undefined) this.#recovered()
    } catch (error) {
      this.#failed(error, lines)
    }
    if (this.#closed) this.#release()
  }

  /** @throws when the disk takes no more. */
  #writeRest(fd: number, text: string, written: number): void {
    const bytes = Buffer.from(text)
    let at = written
    try {
      while (at < bytes.length) {
        const taken = writeSync(fd, bytes, at)
        if (taken === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
        at += taken
      }
    } catch (error) {
      if (at > 0) this.#keep(bytes.subarray(0, at))
      throw error
    }
  }

  /** Of a batch that the disk did not take as a whole, what it did take. */
  #keep(taken: Uint8Array): void {
    // A torn end was closed first.
    const lines = countLines(taken) - (this.#torn ? 1 : 0)
    this.#count(lines)
    this.#lost -= lines
    this.#torn = taken.at(-1) !== NEWLINE
  }

  /** Lines that the disk took: nobody will find them in a deleted file. */
  #count(lines: number): void {
    if (this.#vanished) this.#lost += lines
    else this.#written += lines
  }

  #failed(error: unknown, lines: number): void {
    // A deleted journal cannot be opened again, and that it was deleted has been reported.
    const known = this.#failure !== undefined || this.#vanished
    this.#failure = error
    this.#lost += lines
    if (known) return
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    this.#report(`The journal cannot be written (${reason}). Training goes on; what is lost is counted.`)
  }

  #recovered(): void {
    this.#failure = undefined
    this.#report(`The journal can be written again; ${this.#lost} records were lost.`)
  }

  /** Writing to a deleted file succeeds, and into nothing. */
  #checkName(): void {
    this.#nextCheck = this.#options.clock() + CHECK_INTERVAL
    if (this.#vanished || this.#fd === undefined) return
    try {
      if (fstatSync(this.#fd).nlink > 0) return
    } catch {
      return
    }
    this.#vanished = true
    this.#lost += this.#written
    this.#report(
      'The run folder has been deleted while the run was being recorded. Training goes on; what is lost is counted.',
    )
  }

  #release(): void {
    if (this.#fd === undefined) return
    try {
      closeSync(this.#fd)
    } catch {
      // Some network disks report a full disk only here; what they lost cannot be counted.
      this.#report('The journal could not be closed; its last records may be lost.')
    }
    this.#fd = undefined
  }

  #report(message: string): void {
    try {
      this.#options.trouble(message)
    } catch {
      // A failing listener must not cost the run its journal.
    }
  }
}

/** How long a file is, and whether it ends in the middle of a line, as after the death of its writer. */
function endOf(fd: number): { size: number; torn: boolean } {
  const { size } = fstatSync(fd)
  const last = Buffer.alloc(1, NEWLINE)
  if (size > 0) readSync(fd, last, 0, 1, size - 1)
  return { size, torn: last[0] !== NEWLINE }
}

function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
