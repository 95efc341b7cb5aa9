import type { PointColumn } from '../columns/point-column.ts'
import { rangesOf, type Ranges } from './ranges.ts'

/** Points of a bucket up to which each is drawn. More are drawn as their smallest and their largest. */
const MOST_SINGLE = 4

/** What is drawn of a column: its points where there is room for them, and otherwise the extremes of each bucket. */
export interface Line {
  /** Never falls. */
  readonly x: Float64Array
  /** NaN is a gap. */
  readonly y: Float64Array
  /** Values that cannot be drawn: where, and 1 for NaN, 2 for Infinity, 3 for -Infinity. */
  readonly marksX: Float64Array
  readonly marks: Float64Array
  /** Points in view. */
  readonly points: number
  /** Each of them is drawn. */
  readonly exact: boolean
}

/** A range of x in equal parts. */
export interface View {
  readonly from: number
  readonly to: number
  /** Number of buckets. */
  readonly width: number
}

const MOST_MARKS_OF_BUCKET = 3

/**
 * Thins a column so that what is drawn covers, in each bucket, just what all of its points would cover: the smallest and
 * the largest of them at their own x. One point on either side of the view is there, too, so that lines go on to its edges.
 *
 * @param bounds - Where x of the buckets' left edges, and the end of the view, lies. Default: equal parts.
 */
export function lineOf(column: PointColumn, view: View, bounds: (bucket: number) => number = equalParts(view)): Line {
  const { width, to } = view
  const first = column.lowerBound(view.from)
  const end = endOf(column, to)
  const ranges = rangesOf(column, first, end, width, bounds)
  const line = new LineBuilder(column, ranges, 2 * width + 8)
  if (first > 0) line.point(first - 1)
  let exact = true
  for (let bucket = 0; bucket < width; bucket++) {
    const [from, next] = [ranges.cuts[bucket]!, ranges.cuts[bucket + 1]!]
    if (next - from <= MOST_SINGLE) line.points(from, next)
    else {
      line.bucket(from, next)
      exact = false
    }
  }
  if (end < column.count) line.point(end)
  return { ...line.finish(), points: end - first, exact }
}

/** First point behind `x`. */
export function endOf(column: PointColumn, x: number): number {
  let end = column.lowerBound(x)
  while (end < column.count && column.x(end) <= x) end++
  return end
}

export function equalParts({ from, to, width }: View): (bucket: number) => number {
  return (bucket) => from + ((to - from) * bucket) / width
}

class LineBuilder {
  readonly #column: PointColumn
  readonly #ranges: Ranges
  #x: Float64Array
  #y: Float64Array
  #length = 0
  readonly #marksX: number[] = []
  readonly #marks: number[] = []

  constructor(column: PointColumn, ranges: Ranges, size: number) {
    this.#column = column
    this.#ranges = ranges
    this.#x = new Float64Array(size)
    this.#y = new Float64Array(size)
  }

  point(point: number): void {
    this.#add(this.#column.x(point), this.#column.value(point))
  }

  points(from: number, to: number): void {
    if (from === to) return
    const values = this.#ranges.values(from, to)
    for (let index = 0; index < values.length; index++) {
      const x = this.#column.x(from + index)
      const value = values[index]!
      if (!Number.isFinite(value)) this.#mark(x, value)
      this.#add(x, value)
    }
  }

  bucket(from: number, to: number): void {
    if (!this.#column.allFinite(from, to)) this.#findMarks(from, to)
    const { minAt, maxAt, min, max } = this.#ranges.extremes(from, to)
    if (minAt < 0) return this.#add(this.#column.x(from), Number.NaN)
    const [one, other] = minAt < maxAt ? [minAt, maxAt] : [maxAt, minAt]
    this.#add(this.#column.x(one), minAt < maxAt ? min : max)
    if (one !== other) this.#add(this.#column.x(other), minAt < maxAt ? max : min)
  }

  finish(): Pick<Line, 'x' | 'y' | 'marksX' | 'marks'> {
    return {
      x: this.#x.slice(0, this.#length),
      y: this.#y.slice(0, this.#length),
      marksX: Float64Array.from(this.#marksX),
      marks: Float64Array.from(this.#marks),
    }
  }

  /** One mark of each kind is enough for a bucket. */
  #findMarks(from: number, to: number): void {
    const values = this.#ranges.values(from, to)
    const kinds = new Set<number>()
    for (let index = 0; index < values.length && kinds.size < MOST_MARKS_OF_BUCKET; index++) {
      const value = values[index]!
      if (Number.isFinite(value) || kinds.has(kindOf(value))) continue
      kinds.add(kindOf(value))
      this.#mark(this.#column.x(from + index), value)
    }
  }

  #mark(x: number, value: number): void {
    this.#marksX.push(x)
    this.#marks.push(kindOf(value))
  }

  #add(x: number, value: number): void {
    if (this.#length === this.#x.length) this.#grow()
    this.#x[this.#length] = x
    this.#y[this.#length++] = Number.isFinite(value) ? value : Number.NaN
  }

  #grow(): void {
    const [x, y] = [new Float64Array(2 * this.#length), new Float64Array(2 * this.#length)]
    x.set(this.#x)
    y.set(this.#y)
    this.#x = x
    this.#y = y
  }
}

function kindOf(value: number): number {
  return Number.isNaN(value) ? 1 : value > 0 ? 2 : 3
}
