import { isTime } from '@swanlab/core/internal'
import { isCount } from './shapes.ts'

/** Rows with the same keys in the same order. */
interface Shape {
  readonly keys: readonly string[]
  /** For each key, what stands before its value: `"key":`, and a comma from the second on. */
  readonly names: readonly Uint8Array[]
}

/** Rows of a training alternate between few shapes: with the values of an evaluation, and without. */
const MOST_SHAPES = 4
const MOST_KEYS = 10_000

const QUOTE = 0x22
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const UPPER_E = 0x45
const LOWER_E = 0x65
const CLOSE = 0x7d
const NEWLINE = 0x0a
/** What a number has beside digits. */
const OTHERS: ReadonlySet<number> = new Set(ascii('+-.eE'))

const START = ascii('{"type":"log","step":')
const TIME = ascii(',"time":')
const DATA = ascii(',"data":{')
const WORDS: readonly (readonly [Uint8Array, number])[] = [
  [ascii('"NaN"'), Number.NaN],
  [ascii('"Infinity"'), Infinity],
  [ascii('"-Infinity"'), -Infinity],
]

/** Powers of ten that are exact. */
const MOST_SCALE = 22
const POWERS = Float64Array.from({ length: MOST_SCALE + 1 }, (_, power) => Number(`1e${power}`))
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Characters of a number that is read here. */
const LONGEST = 400
/** Integers below are exact. */
const EXACT = 2 ** 53
/** Digits of each half of a number. */
const HALF = 9
/** What is not known of the second half of a quotient, as a part of it: twice as much as there can be. */
const DOUBT = 2 ** -49
const SPLITTER = 2 ** 27 + 1

/**
 * Reads rows as `JSON.parse` and the checks of records would, without either, where a row has the keys of one before. What it cannot be sure of
 * it leaves to them: it may refuse any line, and accepts none that they would read otherwise.
 */
export class RowScanner {
  /** Of the row that was scanned last; `values` are good until the next one. */
  step = 0
  time = 0
  keys: readonly string[] = []
  readonly values: Float64Array = new Float64Array(MOST_KEYS)
  /** The one that was met last comes first. */
  #shapes: Shape[] = []

  /** A row that was read otherwise: others may be like it. */
  learn(data: Readonly<Record<string, number>>): void {
    const keys = Object.keys(data)
    if (keys.length === 0 || keys.length > MOST_KEYS) return
    const same = this.#shapes.find((shape) => isSame(shape.keys, keys))
    const names = (): Uint8Array[] =>
      keys.map((key, at) => new TextEncoder().encode(`${at > 0 ? ',' : ''}${JSON.stringify(key)}:`))
    this.#first(same ?? { keys, names: names() })
  }

  /**
   * @param from - Where a line begins, whose break is among the bytes.
   * @returns where that is; -1: this is not such a row, or not known to be one.
   */
  scan(bytes: Uint8Array, from: number): number {
    if (this.#shapes.length === 0) return -1
    let at = after(bytes, from, START)
    if (at < 0) return -1
    at = this.#number(bytes, at, 0)
    this.step = this.values[0]!
    if (at < 0 || !isCount(this.step)) return -1
    at = after(bytes, at, TIME)
    if (at < 0) return -1
    at = this.#number(bytes, at, 0)
    this.time = this.values[0]!
    if (at < 0 || !isTime(this.time)) return -1
    at = after(bytes, at, DATA)
    if (at < 0) return -1
    for (const shape of this.#shapes) {
      const end = this.#row(bytes, at, shape)
      if (end < 0 || bytes[end] !== CLOSE || bytes[end + 1] !== CLOSE || bytes[end + 2] !== NEWLINE) continue
      this.keys = shape.keys
      if (shape !== this.#shapes[0]) this.#first(shape)
      return end + 2
    }
    return -1
  }

  #first(shape: Shape): void {
    this.#shapes = [shape, ...this.#shapes.filter((other) => other !== shape)].slice(0, MOST_SHAPES)
  }

  /** @returns where the row ends; -1: it has other keys. */
  #row(bytes: Uint8Array, from: number, { names }: Shape): number {
    let at = from
    for (let key = 0; key < names.length; key++) {
      at = after(bytes, at, names[key]!)
      if (at < 0) return -1
      at = bytes[at] === QUOTE ? this.#word(bytes, at, key) : this.#number(bytes, at, key)
      if (at < 0) return -1
    }
    return at
  }

  #word(bytes: Uint8Array, from: number, into: number): number {
    for (const [word, value] of WORDS) {
      const at = after(bytes, from, word)
      if (at < 0) continue
      this.values[into] = value
      return at
    }
    return -1
  }

  /**
   * Reads a number as JSON has them into `values`: the double that is nearest to it.
   *
   * @returns where it ends; -1: this is none.
   */
  #number(bytes: Uint8Array, from: number, into: number): number {
    const negative = bytes[from] === MINUS
    let at = negative ? from + 1 : from
    // The first nine digits that count, and the nine that follow.
    let high = 0
    let low = 0
    let lowDigits = 0
    let scale = 0
    const first = at
    let byte = bytes[at]!
    if (byte === ZERO) byte = bytes[++at]!
    else
      for (const end = at + HALF; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]!)
        high = 10 * high + byte - ZERO
    if (at === first) return -1
    if (byte >= ZERO && byte <= NINE && high > 0) {
      // A time, mostly.
      const middle = at
      for (const end = at + HALF; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]!)
        low = 10 * low + byte - ZERO
      lowDigits = at - middle
    } else if (byte === DOT) {
      const point = at
      byte = bytes[++at]!
      if (high === 0) while (byte === ZERO) byte = bytes[++at]!
      for (
        const end = at + HALF - (high > 0 ? point - first : 0);
        at < end && byte >= ZERO && byte <= NINE;
        byte = bytes[++at]!
      )
        high = 10 * high + byte - ZERO
      const middle = at
      for (const end = at + HALF; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]!)
        low = 10 * low + byte - ZERO
      lowDigits = at - middle
      scale = at - point - 1
    }
    // Too long, with an exponent, or none at all.
    if (
      (byte >= ZERO && byte <= NINE) ||
      byte === LOWER_E ||
      byte === UPPER_E ||
      byte === DOT ||
      scale > MOST_SCALE ||
      bytes[at - 1] === DOT
    )
      return this.#otherNumber(bytes, from, into)
    // Exact: 10 ** 9 is an odd number of 21 bits, doubled.
    const shifted = high * POWERS[lowDigits]!
    const sum = shifted + low
    const divisor = POWERS[scale]!
    let result = sum / divisor
    if (sum >= EXACT && scale > 0) {
      // Sum and quotient are numbers of two parts, of which the second is what rounding has taken from the first.
      const correction = (remainder(sum, result, divisor) + (low - (sum - shifted))) / divisor
      const doubt = correction * DOUBT
      const rounded = result + (correction + doubt)
      if (rounded !== result + (correction - doubt)) return this.#otherNumber(bytes, from, into)
      result = rounded
    }
    this.values[into] = negative ? -result : result
    return at
  }

  /** Likewise, for any number, and slowly. */
  #otherNumber(bytes: Uint8Array, from: number, into: number): number {
    let to = from
    while (isOfNumber(bytes[to]!)) to++
    const text = String.fromCharCode(...bytes.subarray(from, Math.min(to, from + LONGEST)))
    if (to > from + LONGEST || !NUMBER.test(text)) return -1
    // It rounds as JSON.parse does.
    this.values[into] = Number(text)
    return to
  }
}

/** `dividend - result * divisor`, exact. Source: T. J. Dekker, "A floating-point technique for extending the available precision", 1971. */
function remainder(dividend: number, result: number, divisor: number): number {
  const product = result * divisor
  const resultHigh = upperHalf(result)
  const resultLow = result - resultHigh
  const divisorHigh = upperHalf(divisor)
  const divisorLow = divisor - divisorHigh
  const lost =
    resultHigh * divisorHigh - product + resultHigh * divisorLow + resultLow * divisorHigh + resultLow * divisorLow
  return dividend - product - lost
}

/** Its first 26 bits: products of halves are exact. */
function upperHalf(value: number): number {
  const shifted = SPLITTER * value
  return shifted - (shifted - value)
}

function isOfNumber(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || OTHERS.has(byte)
}

/** @returns the place behind `text`, should it stand there; otherwise -1. */
function after(bytes: Uint8Array, from: number, text: Uint8Array): number {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return -1
  return from + text.length
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at])
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
