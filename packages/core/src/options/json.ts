import { DEEPEST, ParseFailure, type Parsed } from './parsed.ts'

/**
 * Parses JSON.
 *
 * @throws {ParseFailure} With the place of the first error.
 */
export function parseJson(text: string): Parsed {
  new Walk(text, () => {}).run()
  return {
    data: JSON.parse(text),
    offsetOf: (wanted) => {
      let found: number | undefined
      new Walk(text, (path, offset) => {
        // Of equal keys JSON.parse keeps the last.
        if (path.length === wanted.length && path.every((key, i) => key === wanted[i])) found = offset
      }).run()
      return found
    },
  }
}

const SPACE = /[ \t\r\n]*/y
const ATOM = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

/**
 * Visits the start of every value. `JSON.parse` alone would not do: on Node 20 it often names no place when it fails,
 * and never any when it succeeds.
 */
class Walk {
  readonly #text: string
  readonly #visit: (path: readonly (string | number)[], offset: number) => void
  readonly #path: (string | number)[] = []
  #at = 0

  constructor(text: string, visit: (path: readonly (string | number)[], offset: number) => void) {
    this.#text = text
    this.#visit = visit
  }

  run(): void {
    this.#value()
    if (this.#peek() !== undefined) this.#fail('the value has already ended here')
  }

  #value(): void {
    const first = this.#peek()
    this.#visit(this.#path, this.#at)
    if (first === '{') this.#members('}', () => this.#key())
    else if (first === '[') this.#members(']', (index) => index)
    else if (first === '"') this.#string()
    else if (!this.#accept(ATOM)) this.#fail('expected a value')
  }

  #members(close: string, nextKey: (index: number) => string | number): void {
    if (this.#path.length === DEEPEST) this.#fail(`nested more than ${DEEPEST} levels deep`)
    this.#at += 1
    if (this.#peek() === close) this.#at += 1
    else {
      for (let index = 0; ; index += 1) {
        this.#path.push(nextKey(index))
        this.#value()
        this.#path.pop()
        const mark = this.#peek()
        if (mark !== ',' && mark !== close) this.#fail(`expected "," or "${close}"`)
        this.#at += 1
        if (mark === close) return
      }
    }
  }

  #key(): string {
    if (this.#peek() !== '"') this.#fail('expected a key in double quotes')
    const key = this.#string()
    if (this.#peek() !== ':') this.#fail('expected ":"')
    this.#at += 1
    return key
  }

  #string(): string {
    const start = this.#at
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      const char = this.#text[this.#at]
      if (char === undefined) this.#fail('a closing quote is missing')
      if (char < ' ') this.#fail('a line break or control character within quotes')
      if (char === '\\') {
        if (!this.#accept(ESCAPE)) this.#fail('unknown escape sequence')
        this.#at -= 1
      }
    }
    this.#at += 1
    return String(JSON.parse(this.#text.slice(start, this.#at)))
  }

  /** The next character that is not space. */
  #peek(): string | undefined {
    this.#accept(SPACE)
    return this.#text[this.#at]
  }

  #accept(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const matched = pattern.test(this.#text)
    if (matched) this.#at = pattern.lastIndex
    return matched
  }

  #fail(reason: string): never {
    throw new ParseFailure(this.#at < this.#text.length ? reason : `${reason}, but the file ends here`, this.#at)
  }
}
