import { StringDecoder } from 'node:string_decoder'
import { openLine, shownLine } from './shown-line.ts'

/** Encodings in which a text stands for bytes. */
const BINARY: readonly unknown[] = ['hex', 'base64', 'base64url']
/** Larger writes are taken in pieces of this size, in bytes: a line that is kept would hold the whole write in memory. */
const PIECE = 16_384
/** How much longer than what it shows a line may be, for colours. */
const SLACK = 4

/** Makes lines of what is written to one stream, however it is cut. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #maxLength: number
  readonly #line: (text: string) => void
  #open = ''

  /** @param maxLength - In characters; longer lines are cut. @param line - Is called with each line that is not blank. */
  constructor(maxLength: number, line: (text: string) => void) {
    this.#maxLength = maxLength
    this.#line = line
  }

  /** @param chunk - First argument of `write`. @param encoding - Its second. */
  take(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string') {
      const binary = BINARY.includes(encoding)
      if (!binary && chunk.length <= PIECE) this.#add(this.#decoder.end() + chunk)
      else this.#takeBytes(Buffer.from(chunk, binary ? (encoding as BufferEncoding) : 'utf8'))
    } else if (ArrayBuffer.isView(chunk)) this.#takeBytes(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }

  /** Takes what there is of a line for a line. */
  flush(): void {
    this.#give(this.#open + this.#decoder.end())
    this.#open = ''
  }

  #takeBytes(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; from += PIECE)
      this.#add(this.#decoder.write(bytes.subarray(from, from + PIECE)))
  }

  #add(text: string): void {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const line = this.#open + text.slice(from, at)
      this.#open = ''
      from = at + 1
      this.#give(line)
    }
    this.#open += text.slice(from)
    const room = SLACK * this.#maxLength
    if (this.#open.length > 2 * room) this.#open = openLine(this.#open, room)
  }

  #give(line: string): void {
    const text = shownLine(line, this.#maxLength)
    if (text.trim() !== '') this.#line(text)
  }
}
