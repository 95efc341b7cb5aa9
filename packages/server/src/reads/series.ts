import { latestOf } from './order.ts'
import type { Work } from './work.ts'

/** What one key got at one step. */
export interface ScalarPoint {
  readonly key: string
  readonly index: number
  /** `NaN` and infinities are themselves. */
  readonly data: number
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Points of one key in the order of their steps, each step once; as numbers beside the heap, of which there can be many. */
export class Series implements Iterable<ScalarPoint> {
  readonly key: string
  readonly steps: Float64Array
  readonly values: Float64Array
  /** Milliseconds since 1970. */
  readonly times: Float64Array

  constructor(key: string, steps: Float64Array, values: Float64Array, times: Float64Array) {
    this.key = key
    this.steps = steps
    this.values = values
    this.times = times
  }

  get length(): number {
    return this.steps.length
  }

  /** @param place - Negative: from the end. */
  at(place: number): ScalarPoint | undefined {
    const [index, data, time] = [this.steps.at(place), this.values.at(place), this.times.at(place)]
    if (index === undefined || data === undefined || time === undefined) return undefined
    return { key: this.key, index, data, time }
  }

  *[Symbol.iterator](): Iterator<ScalarPoint> {
    for (let place = 0; place < this.length; place++) yield this.at(place)!
  }
}

const NONE = new Float64Array()
export const emptySeries = (key: string): Series => new Series(key, NONE, NONE, NONE)

/** Takes points as they come. */
export class SeriesBuilder {
  readonly #key: string
  readonly #work: Work
  #steps: Float64Array = NONE
  #values: Float64Array = NONE
  #times: Float64Array = NONE
  #count = 0

  constructor(key: string, work: Work) {
    this.#key = key
    this.#work = work
  }

  add(step: number, value: number, time: number): void {
    const at = this.#count++
    if (at === this.#steps.length) this.#grow(Math.max(16, 2 * at))
    this.#steps[at] = step
    this.#values[at] = value
    this.#times[at] = time
  }

  /** Of points of one step the last one counts. */
  async end(): Promise<Series> {
    const all = [this.#steps, this.#values, this.#times].map((numbers) => numbers.subarray(0, this.#count))
    const [steps, values, times] = all as [Float64Array, Float64Array, Float64Array]
    const kept = await latestOf((at) => steps[at]!, this.#count, this.#work)
    if (!kept) return new Series(this.#key, steps, values, times)
    this.#work.hold(24 * kept.length)
    const picked: Float64Array[] = []
    for (const numbers of all) picked.push(await pick(numbers, kept, this.#work))
    return new Series(this.#key, picked[0]!, picked[1]!, picked[2]!)
  }

  #grow(length: number): void {
    this.#work.hold(24 * (length - this.#steps.length))
    const grown = (numbers: Float64Array): Float64Array => {
      const larger = new Float64Array(length)
      larger.set(numbers)
      return larger
    }
    this.#steps = grown(this.#steps)
    this.#values = grown(this.#values)
    this.#times = grown(this.#times)
  }
}

async function pick(numbers: Float64Array, places: Uint32Array, work: Work): Promise<Float64Array> {
  const picked = new Float64Array(places.length)
  for (let at = 0; at < picked.length; at++) {
    picked[at] = numbers[places[at]!]!
    if (at % 4_096 === 0 && work.due) await work.pause()
  }
  return picked
}
