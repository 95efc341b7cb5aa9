import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** When a line counts as written; see docs/journal.md for what each can lose. */
export type Durability = 'write' | 'buffered' | 'sync'

/** `buffered` holds back at most this much, in characters, … */
const BUFFER_SIZE = 65_536
/** … for at most this long, in milliseconds. */
const BUFFER_TIME = 1_000
/** How often it is checked that the file still has a name, in milliseconds. */
const CHECK_INTERVAL = 1_000

export interface JournalWriterOptions {
  readonly path: string
  readonly durability: Durability
  readonly clock: () => number
  /** Told about trouble with the disk, once a kind, and about its end. */
  readonly trouble: (message: string) => void
}

/**
 * Appends lines to a journal. Never throws: a line that the disk does not take is counted, and the next one begins on
 * a line of its own, so that a full disk costs what it refused and nothing else.
 */
export class JournalWriter {
  readonly #options: JournalWriterOptions
  #fd: number | undefined
  #buffer = ''
  #buffered = 0
  #timer: NodeJS.Timeout | undefined
  #written = 0
  #lost = 0
  #torn = false
  #failing = false
  #vanished = false
  #nextCheck = 0
  /** Size of the file when it was opened, in bytes. */
  readonly begin: number

  /** @throws the file system's own error when the file cannot be opened. */
  constructor(options: JournalWriterOptions) {
    this.#options = options
    this.#fd = openSync(options.path, 'a')
    this.begin = fstatSync(this.#fd).size
    this.#torn = endsTorn(options.path)
    this.#nextCheck = options.clock() + CHECK_INTERVAL
  }

  /** Lines that are not in the file. */
  get lost(): number {
    return this.#lost
  }

  /** @param line - With its line break. */
  append(line: string): void {
    if (this.#options.durability === 'buffered') this.#hold(line)
    else this.#write(line, 1)
  }

  /** Writes what is held back and closes the file. A later `append` opens it again. */
  close(): void {
    this.#flush()
    this.#checkName()
    if (this.#fd === undefined) return
    try {
      closeSync(this.#fd)
    } catch {
      // Some network disks report a full disk only here; what they lost cannot be counted.
      this.#trouble('The journal could not be closed; its last records may be lost.')
    }
    this.#fd = undefined
  }

  #hold(line: string): void {
    this.#buffer += line
    this.#buffered++
    if (this.#buffer.length >= BUFFER_SIZE) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), BUFFER_TIME).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#buffered === 0) return
    const [text, lines] = [this.#buffer, this.#buffered]
    this.#buffer = ''
    this.#buffered = 0
    this.#write(text, lines)
  }

  #write(text: string, lines: number): void {
    if (this.#options.clock() >= this.#nextCheck) this.#checkName()
    if (this.#vanished) {
      this.#lost += lines
      return
    }
    try {
      this.#fd ??= openSync(this.#options.path, 'a')
      writeWhole(this.#fd, this.#torn ? `\n${text}` : text, () => (this.#torn = true))
      this.#torn = false
      if (this.#options.durability === 'sync') fdatasyncSync(this.#fd)
      this.#written += lines
      if (this.#failing) this.#recovered()
    } catch (error) {
      this.#lost += lines
      if (!this.#failing) this.#trouble(`The journal cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}). Training goes on; what is lost is counted.`)
      this.#failing = true
    }
  }

  #recovered(): void {
    this.#failing = false
    this.#trouble(`The journal can be written again; ${this.#lost} records were lost.`)
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
    this.#trouble('The run folder has been deleted while the run was being recorded. Training goes on; what is lost is counted.')
  }

  #trouble(message: string): void {
    this.#options.trouble(message)
  }
}

/** Writes all of `text`, however many calls it takes; tells `torn` when it must stop half-way. */
function writeWhole(fd: number, text: string, torn: () => void): void {
  const written = writeSync(fd, text)
  // The common case: ASCII, in one call.
  if (written === text.length && written === Buffer.byteLength(text)) return
  const bytes = Buffer.from(text)
  let at = written
  try {
    while (at < bytes.length) at += writeSync(fd, bytes, at)
  } catch (error) {
    torn()
    throw error
  }
}

/** Does the file end in the middle of a line, as after the death of its writer? */
function endsTorn(path: string): boolean {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    if (size === 0) return false
    const last = Buffer.alloc(1)
    readSync(fd, last, 0, 1, size - 1)
    return last[0] !== 0x0a
  } finally {
    closeSync(fd)
  }
}
