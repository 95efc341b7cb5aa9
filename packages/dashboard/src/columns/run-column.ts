import { numberOf, type Block } from '../blocks/block.ts'
import { CELL, include, noExtremes, type Extremes, type Part, type PointColumn } from './point-column.ts'
import { buildPyramid, includeRange, type Pyramid, type ReadValues } from './pyramid.ts'

/** What a column of rows has on its x axis. */
export type RowAxis = 'step' | 'relative' | 'wall'

interface Segment extends Part {
  readonly block: Block
  readonly allFinite: boolean
  /** By row, once they are needed; good for as long as the column is. */
  axis?: Float64Array | undefined
  rows?: Uint32Array | undefined
  pyramid?: Pyramid | undefined
  readonly read: ReadValues
}

/**
 * The points of one key over the blocks of its run, in the order in which they were logged.
 *
 * @param start - Where relative time begins, in milliseconds since 1970.
 * @returns undefined when x falls somewhere: it has to be sorted first, see {@link SortedColumn}.
 */
export function runColumn(
  blocks: readonly Block[],
  key: string,
  axis: RowAxis,
  start: number,
): PointColumn | undefined {
  const segments: Segment[] = []
  let count = 0
  let lastStep = -Infinity
  let lastTime = -Infinity
  for (const block of blocks) {
    const summary = block.keys.get(key)
    if (!summary || summary.count === 0) continue
    if (axis === 'step') {
      if (!summary.rising || summary.firstStep < lastStep) return undefined
      lastStep = summary.lastStep
    } else {
      if (!block.timesRise || block.firstTime < lastTime) return undefined
      lastTime = block.lastTime
    }
    segments.push({
      id: `${numberOf(block)}.${summary.count} ${JSON.stringify(key)}`,
      block,
      first: count,
      count: summary.count,
      allFinite: summary.finite === summary.count,
      read: (from, to) => block.values(key, from, to),
    })
    count += summary.count
  }
  return new RunColumn(segments, key, axis, start, count)
}

class RunColumn implements PointColumn {
  readonly count: number
  readonly axis: string
  readonly #segments: readonly Segment[]
  readonly #key: string
  readonly #axis: RowAxis
  readonly #start: number
  /** The segment that was used last: the next point is mostly in it, too. */
  #last = 0

  constructor(segments: readonly Segment[], key: string, axis: RowAxis, start: number, count: number) {
    this.#segments = segments
    this.#key = key
    this.#axis = axis
    this.#start = start
    this.axis = axis === 'relative' ? `${axis} ${start}` : axis
    this.count = count
  }

  get parts(): readonly Part[] {
    return this.#segments
  }

  allFinite(from: number, to: number): boolean {
    for (let index = this.#indexOf(from); index < this.#segments.length; index++) {
      if (this.#segments[index]!.first >= to) return true
      if (!this.#segments[index]!.allFinite) return false
    }
    return true
  }

  x(point: number): number {
    const segment = this.#segmentOf(point)
    return this.#xIn(segment, point - segment.first)
  }

  value(point: number): number {
    const { first, read } = this.#segmentOf(point)
    return read(point - first, point - first + 1)[0]!
  }

  lowerBound(x: number): number {
    let [low, high] = [0, this.#segments.length]
    // The first segment whose last point is not below.
    while (low < high) {
      const middle = (low + high) >> 1
      const segment = this.#segments[middle]!
      if (this.#xIn(segment, segment.count - 1) < x) low = middle + 1
      else high = middle
    }
    const segment = this.#segments[low]
    if (!segment) return this.count
    const { count, first } = segment
    let from = 0
    let to = count
    // Most trainings log at even distances: the place is near where it would be then.
    const lowest = this.#xIn(segment, 0)
    const highest = this.#xIn(segment, count - 1)
    const guess = Math.ceil(((x - lowest) / (highest - lowest)) * (count - 1))
    if (guess > 1 && guess <= count && this.#xIn(segment, guess - 2) < x) from = guess - 1
    if (guess >= 0 && guess + 1 < count && this.#xIn(segment, guess + 1) >= x) to = guess + 1
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#xIn(segment, middle) < x) from = middle + 1
      else to = middle
    }
    return first + from
  }

  extremes(from: number, to: number, sums: boolean = false): Extremes {
    const all = noExtremes()
    if (from >= to) return all
    for (let index = this.#indexOf(from); index < this.#segments.length; index++) {
      const segment = this.#segments[index]!
      const { first, count, read } = segment
      if (first >= to) break
      segment.pyramid ??= segment.block.pyramid(this.#key)
      includeRange(all, segment.pyramid, read, Math.max(from - first, 0), Math.min(to - first, count), first, sums)
    }
    return all
  }

  values(from: number, to: number): Float64Array {
    const segment = this.#segments[this.#indexOf(from)]
    if (segment && to <= segment.first + segment.count) return segment.read(from - segment.first, to - segment.first)
    const values = new Float64Array(to - from)
    if (from >= to) return values
    for (let index = this.#indexOf(from); index < this.#segments.length; index++) {
      const { first, count, read } = this.#segments[index]!
      if (first >= to) break
      const [a, b] = [Math.max(from - first, 0), Math.min(to - first, count)]
      values.set(read(a, b), a + first - from)
    }
    return values
  }

  readPart(part: number, scratch: Float64Array): Float64Array {
    return this.#segments[part]!.block.allValues(this.#key, scratch)
  }

  summarizedUpTo(point: number): number {
    return point < this.count ? point - ((point - this.#segmentOf(point).first) % CELL) : point
  }

  #segmentOf(point: number): Segment {
    return this.#segments[this.#indexOf(point)]!
  }

  #indexOf(point: number): number {
    const last = this.#segments[this.#last]
    if (last && point >= last.first && point < last.first + last.count) return this.#last
    let [low, high] = [0, this.#segments.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#segments[middle]!.first <= point) low = middle
      else high = middle - 1
    }
    this.#last = low
    return low
  }

  #xIn(segment: Segment, at: number): number {
    const axis = (segment.axis ??= this.#load(segment))
    const x = axis[segment.rows ? segment.rows[at]! : at]!
    return this.#axis === 'relative' ? (x - this.#start) / 1_000 : x
  }

  #load(segment: Segment): Float64Array {
    segment.rows = segment.block.rowsOf(this.#key)
    return this.#axis === 'step' ? segment.block.steps() : segment.block.times()
  }
}

let made = 0

/** Points in memory whose x never falls. */
export class SortedColumn implements PointColumn {
  readonly count: number
  readonly parts: readonly Part[]
  readonly axis = ''
  readonly #x: Float64Array
  readonly #values: Float64Array
  readonly #pyramid: Pyramid
  readonly #allFinite: boolean

  constructor(x: Float64Array, values: Float64Array) {
    this.#x = x
    this.#values = values
    this.#pyramid = buildPyramid(values)
    this.count = values.length
    this.#allFinite = this.count === 0 || this.#pyramid.at(-1)!.finite[0] === this.count
    this.parts = this.count > 0 ? [{ id: `sorted ${made++}`, first: 0, count: this.count }] : []
  }

  /** Of what it holds. */
  get bytes(): number {
    return 17 * this.count
  }

  allFinite(): boolean {
    return this.#allFinite
  }

  x(point: number): number {
    return this.#x[point]!
  }

  value(point: number): number {
    return this.#values[point]!
  }

  lowerBound(x: number): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#x[middle]! < x) low = middle + 1
      else high = middle
    }
    return low
  }

  extremes(from: number, to: number, sums: boolean = false): Extremes {
    const all = noExtremes()
    if (to - from < 64) for (let at = from; at < to; at++) include(all, this.#values[at]!, at)
    else includeRange(all, this.#pyramid, (a, b) => this.#values.subarray(a, b), from, to, 0, sums)
    return all
  }

  values(from: number, to: number): Float64Array {
    return this.#values.subarray(from, to)
  }

  readPart(): Float64Array {
    return this.#values
  }
}

/** Sorts points by x; those with equal x stay in their order, and those whose x is no number are left out. */
export function sortedColumn(x: Float64Array, values: Float64Array): SortedColumn {
  if (rises(x)) return new SortedColumn(x, values)
  const order: number[] = []
  for (let point = 0; point < x.length; point++) if (Number.isFinite(x[point])) order.push(point)
  order.sort((a, b) => x[a]! - x[b]! || a - b)
  return new SortedColumn(
    Float64Array.from(order, (point) => x[point]!),
    Float64Array.from(order, (point) => values[point]!),
  )
}

/** All of it is numbers, in order. */
function rises(x: Float64Array): boolean {
  let before = -Number.MAX_VALUE
  for (let point = 0; point < x.length; point++) {
    const now = x[point]!
    if (!(now >= before && now <= Number.MAX_VALUE)) return false
    before = now
  }
  return true
}
