import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { ConsoleLine } from '../kernel/payloads.ts'

/** Which of the program's streams are recorded. */
export type CapturedStreams = 'all' | 'stdout' | 'stderr' | 'none'

export interface CaptureOptions {
  readonly streams: CapturedStreams
  readonly clock: () => number
  readonly line: (line: Omit<ConsoleLine, 'line'>) => void
  /** Longest line that is kept, in characters. Default: 1,024. */
  readonly maxLength?: number | undefined
  /** Lines that are kept of any one second; what a flood has beyond it is counted. Default: 1,000. */
  readonly maxRate?: number | undefined
  /** Default: the program's own. */
  readonly stdout?: NodeJS.WriteStream | undefined
  readonly stderr?: NodeJS.WriteStream | undefined
}

/** Control characters that are left when those of terminals have been taken out. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
/** What a line that never ends may take, in characters. */
const MAX_PENDING = 65_536

/**
 * Hears the lines that a program writes to its terminal. What is written goes its way unchanged. Writing past Node's
 * streams, as `fs.writeSync(1, …)` and native code do, is not heard.
 *
 * @returns ends it, and gives the streams back as they were found.
 */
export function captureConsole(options: CaptureOptions): () => void {
  const { streams } = options
  const flood = new Flood(options)
  const ends: (() => void)[] = []
  if (streams === 'all' || streams === 'stdout')
    ends.push(listen(options.stdout ?? process.stdout, 'info', flood, options))
  if (streams === 'all' || streams === 'stderr')
    ends.push(listen(options.stderr ?? process.stderr, 'warn', flood, options))
  return () => {
    for (const end of ends) end()
    flood.tell()
  }
}

function listen(stream: NodeJS.WriteStream, level: 'info' | 'warn', flood: Flood, options: CaptureOptions): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  // oxlint-disable-next-line typescript/unbound-method
  const original = stream.write
  const splitter = new Splitter(options.maxLength ?? 1_024, (text) =>
    flood.take({ level, text, time: options.clock() }),
  )
  let hearing = true
  let inside = false
  function write(this: NodeJS.WriteStream, ...args: Parameters<typeof original>): boolean {
    // Whoever hears a line may write one.
    if (hearing && !inside) {
      inside = true
      try {
        splitter.take(args[0], args[1])
      } catch {
        // What the program writes is the program's affair.
      } finally {
        inside = false
      }
    }
    return Reflect.apply(original, this, args)
  }
  stream.write = write as typeof original
  return () => {
    hearing = false
    splitter.end()
    // Somebody else may have put theirs around ours meanwhile; ours only passes on from now.
    if (stream.write !== (write as typeof original)) return
    if (own) Object.defineProperty(stream, 'write', own)
    else delete (stream as { write?: unknown }).write
  }
}

/** Makes lines of what is written, as a terminal would show them. */
class Splitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #maxLength: number
  readonly #line: (text: string) => void
  #pending = ''

  constructor(maxLength: number, line: (text: string) => void) {
    this.#maxLength = maxLength
    this.#line = line
  }

  take(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string')
      this.#add(encoding === 'hex' || encoding === 'base64' ? this.#decoder.write(Buffer.from(chunk, encoding)) : chunk)
    else if (chunk instanceof Uint8Array)
      this.#add(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
  }

  end(): void {
    this.#add(this.#decoder.end())
    if (this.#pending !== '') this.#give(this.#pending)
    this.#pending = ''
  }

  #add(text: string): void {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#give(this.#pending + text.slice(from, at))
      this.#pending = ''
      from = at + 1
    }
    this.#pending += text.slice(from)
    if (this.#pending.length > MAX_PENDING) this.#pending = this.#pending.slice(-MAX_PENDING)
  }

  #give(raw: string): void {
    const whole = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    // A progress bar writes over itself: what it showed last is what it said.
    const shown = whole.slice(whole.lastIndexOf('\r') + 1)
    const text = stripVTControlCharacters(shown.slice(0, 4 * this.#maxLength)).replaceAll(CONTROL, '')
    if (text.trim() !== '') this.#line(text.slice(0, this.#maxLength))
  }
}

/** Lets through so many lines a second, and says how many there were beyond. */
class Flood {
  readonly #options: CaptureOptions
  #second = -Infinity
  #count = 0
  #left = 0

  constructor(options: CaptureOptions) {
    this.#options = options
  }

  take(line: Omit<ConsoleLine, 'line'>): void {
    const { maxRate = 1_000 } = this.#options
    if (Math.abs(line.time - this.#second) >= 1_000) {
      this.tell()
      this.#second = line.time
      this.#count = 0
    }
    if (++this.#count <= maxRate) this.#options.line(line)
    else this.#left++
  }

  tell(): void {
    if (this.#left === 0) return
    const text = `… ${this.#left} more lines, too many for one second`
    this.#left = 0
    this.#options.line({ level: 'warn', text, time: this.#options.clock() })
  }
}
