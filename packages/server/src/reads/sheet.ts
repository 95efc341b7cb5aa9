import { Readable } from 'node:stream'
import type { Work } from './work.ts'

/** Characters that go together in one chunk. */
const CHUNK = 65_536

/** Text that is made little by little, and sent in chunks. */
export class Sheet {
  readonly #work: Work
  readonly #chunks: Buffer[] = []
  #text = ''
  #bytes = 0

  constructor(work: Work) {
    this.#work = work
  }

  /** What it takes so far, in bytes. */
  get size(): number {
    return this.#bytes + this.#text.length
  }

  /** Lets others work when it is their turn. @throws ApiError when it becomes too long. */
  async add(text: string): Promise<void> {
    this.#text += text
    if (this.#text.length >= CHUNK) this.#flush()
    if (this.#work.due) await this.#work.pause()
  }

  /** Nothing may be added afterwards. */
  end(): Text {
    this.#flush()
    return new Text(this.#chunks, this.#bytes)
  }

  #flush(): void {
    const chunk = Buffer.from(this.#text)
    this.#text = ''
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
    this.#work.hold(chunk.length)
  }
}

/** Text that is whole, beside the heap. */
export class Text {
  readonly #chunks: readonly Buffer[]
  readonly bytes: number

  constructor(chunks: readonly Buffer[], bytes: number) {
    this.#chunks = chunks
    this.bytes = bytes
  }

  stream(): Readable {
    return Readable.from(this.#chunks)
  }
}

/** Lists and objects within others that are written member by member. */
const DEPTH = 3

/** As JSON, little by little. A function in it is called when its turn comes, and what it gives is written likewise. */
export async function writeJson(value: unknown, sheet: Sheet): Promise<void> {
  for (const part of partsOf(value, DEPTH)) await sheet.add(part)
}

function* partsOf(value: unknown, depth: number): Generator<string> {
  if (typeof value === 'function') return yield* partsOf((value as () => unknown)(), DEPTH)
  if (depth === 0 || typeof value !== 'object' || value === null) return yield JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) {
    yield '['
    for (let at = 0; at < value.length; at++) {
      if (at > 0) yield ','
      yield* partsOf(value[at], depth - 1)
    }
    return yield ']'
  }
  let before = '{'
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) continue
    yield `${before}${JSON.stringify(key)}:`
    yield* partsOf(member, depth - 1)
    before = ','
  }
  yield before === '{' ? '{}' : '}'
}
