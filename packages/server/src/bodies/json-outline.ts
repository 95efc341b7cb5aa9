interface Size {
  readonly bytes: number
  readonly values: number
}

export interface Sizes {
  /** List items that are parsed together. */
  readonly piece: Size
  /** The most that is parsed at once, since parsing cannot be interrupted. */
  readonly most: Size
  /** Bytes that are looked at between two pauses. */
  readonly slice: number
}

export const SIZES: Sizes = {
  piece: { bytes: 256 * 1024, values: 16_384 },
  most: { bytes: 8 * 1024 * 1024, values: 32_768 },
  slice: 512 * 1024,
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Consecutive items of a list: where they begin and end in the text. */
export interface Span {
  readonly start: number
  readonly end: number
  /** It is one item, too large to be parsed at once. */
  readonly isTooLarge: boolean
}

export interface Outline {
  /** The text, with the number of each list in its place: `{"a":1,"b":[0],"c":[1]}`. Absent: too large to be parsed at once. */
  readonly head: string | undefined
  /** The lists that are the text, or members of its object. */
  readonly lists: readonly (readonly Span[])[]
  /** Of the whole text, about. */
  readonly values: number
}

/**
 * Finds what of a JSON text can be parsed piece by piece, without parsing it. What is no JSON gives pieces that are none.
 * Pauses (`yield`) again and again.
 *
 * Own code because no library splits a text: those that stream turn it into tokens, which takes seven times as long as this
 * and `JSON.parse` of the pieces.
 */
export function* outlineOf(bytes: Buffer, { piece, most, slice }: Sizes): Generator<void, Outline> {
  const head: Buffer[] = []
  const lists: Span[][] = []
  let [at, depth, headStart, headValues, values] = [0, 0, 0, 0, 0]
  let [isInString, isObject] = [false, false]
  let list: ListOutline | undefined
  while (at < bytes.length && headValues <= most.values) {
    const until = Math.min(bytes.length, at + slice)
    while (at < until) {
      const byte = bytes[at++]!
      if (isInString) {
        if (byte === BACKSLASH) at++
        else if (byte === QUOTE) isInString = false
      } else if (byte === QUOTE) isInString = true
      else if (byte === COMMA) {
        values++
        if (!list) headValues++
        else if (depth === list.depth) list.endItem(at - 1, values)
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        values++
        depth++
        if (depth === 1) isObject = byte === OPEN_OBJECT
        if (list) continue
        headValues++
        if (byte !== OPEN_LIST || depth !== (isObject ? 2 : 1)) continue
        head.push(bytes.subarray(headStart, at), Buffer.from(String(lists.length)))
        list = new ListOutline(bytes, { piece, most }, { depth, start: at, values })
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (list && depth === list.depth) {
          lists.push(list.end(at - 1, values))
          list = undefined
          headStart = at - 1
        }
        depth--
      }
    }
    yield
  }
  if (!list) head.push(bytes.subarray(headStart))
  const size = head.reduce((sum, { length }) => sum + length, 0)
  const isTooLarge = headValues > most.values || size > most.bytes
  return { head: isTooLarge ? undefined : Buffer.concat(head).toString(), lists, values }
}

class ListOutline {
  readonly depth: number
  readonly #bytes: Buffer
  readonly #sizes: Pick<Sizes, 'piece' | 'most'>
  readonly #spans: Span[] = []
  /** Of the piece, and of the item, that are under way: where they begin, and the values before them. */
  #start: number
  #values: number
  #itemStart: number
  #itemValues: number
  #isFirst = true

  constructor(
    bytes: Buffer,
    sizes: Pick<Sizes, 'piece' | 'most'>,
    { depth, start, values }: { depth: number; start: number; values: number },
  ) {
    this.#bytes = bytes
    this.#sizes = sizes
    this.depth = depth
    this.#start = this.#itemStart = start
    this.#values = this.#itemValues = values
  }

  /** @param values - In the text so far. */
  endItem(end: number, values: number): void {
    const { piece, most } = this.#sizes
    if (end - this.#itemStart > most.bytes || values - this.#itemValues > most.values) {
      if (this.#itemStart > this.#start) this.#cut(this.#itemStart - 1, values)
      this.#cut(end, values, true)
    } else if (end - this.#start >= piece.bytes || values - this.#values >= piece.values) this.#cut(end, values)
    this.#itemStart = end + 1
    this.#itemValues = values
    this.#isFirst = false
  }

  end(end: number, values: number): Span[] {
    if (this.#isBlank(end)) {
      if (this.#isFirst) return []
      // A comma that nothing follows stays in its piece, which is no JSON for that.
      if (this.#start === this.#itemStart) this.#start--
    }
    this.endItem(end, values)
    if (this.#start <= end) this.#cut(end, values)
    return this.#spans
  }

  #isBlank(end: number): boolean {
    const length = end - this.#itemStart
    return length < this.#sizes.piece.bytes && /^[ \t\r\n]*$/.test(this.#bytes.toString('latin1', this.#itemStart, end))
  }

  #cut(end: number, values: number, isTooLarge = false): void {
    this.#spans.push({ start: this.#start, end, isTooLarge })
    this.#start = end + 1
    this.#values = values
  }
}
