import type { PointColumn } from '../columns/point-column.ts'
import type { Grouping } from '../protocol/series.ts'
import { endOf } from './line.ts'
import { rangesOf } from './ranges.ts'

/** A group of runs on a grid of buckets. Where no run has anything, `y` is NaN. */
export interface GroupLine {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  /** Runs that are in it at each x. */
  readonly n: Float64Array
}

interface Bucket {
  mean: number
  min: number
  max: number
}

/**
 * One line for several runs. In each bucket a run counts by the mean of its finite values there, or, when it logs more
 * rarely, by the value between its neighbours; where a run has ended, or not begun, it does not count, and `n` says so.
 *
 * @param bounds - Left edges of the buckets, and the end of the last one.
 */
export function groupLine(
  columns: readonly PointColumn[],
  bounds: Float64Array,
  how: Omit<Grouping, 'groups'>,
): GroupLine {
  const width = bounds.length - 1
  const line = {
    x: new Float64Array(width),
    y: new Float64Array(width),
    low: new Float64Array(width),
    high: new Float64Array(width),
    n: new Float64Array(width),
  }
  const runs = columns.map((column) => bucketsOf(column, bounds))
  for (let bucket = 0; bucket < width; bucket++) {
    const there = runs.flatMap((run) => run[bucket] ?? [])
    line.x[bucket] = (bounds[bucket]! + bounds[bucket + 1]!) / 2
    line.n[bucket] = there.length
    const { middle, low, high } = summarize(there, how)
    line.y[bucket] = middle
    line.low[bucket] = low
    line.high[bucket] = high
  }
  return line
}

function summarize(
  buckets: readonly Bucket[],
  { line, band }: Omit<Grouping, 'groups'>,
): { middle: number; low: number; high: number } {
  if (buckets.length === 0) return { middle: Number.NaN, low: Number.NaN, high: Number.NaN }
  const means = buckets.map(({ mean }) => mean)
  const mean = means.reduce((sum, one) => sum + one / means.length, 0)
  const middle = line === 'mean' ? mean : median(means)
  if (band === 'min-max')
    return {
      middle,
      low: Math.min(...buckets.map(({ min }) => min)),
      high: Math.max(...buckets.map(({ max }) => max)),
    }
  // Of a sample: one run has no deviation.
  const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  const deviation = means.length > 1 ? Math.sqrt(squares / (means.length - 1)) : 0
  const half = band === 'std' ? deviation : deviation / Math.sqrt(means.length)
  return { middle, low: middle - half, high: middle + half }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

function bucketsOf(column: PointColumn, bounds: Float64Array): (Bucket | undefined)[] {
  const width = bounds.length - 1
  const [first, end] = [column.lowerBound(bounds[0]!), endOf(column, bounds[width]!)]
  const ranges = rangesOf(column, first, end, width, (bucket) => bounds[bucket]!)
  return Array.from({ length: width }, (_, bucket) => {
    const from = ranges.cuts[bucket]!
    const { sum, finite, min, max } = ranges.extremes(from, ranges.cuts[bucket + 1]!, true)
    return finite > 0 ? { mean: sum / finite, min, max } : between(column, from, bounds, bucket)
  })
}

/** The value at the middle of a bucket on the line between the finite points around it. */
function between(column: PointColumn, at: number, bounds: Float64Array, bucket: number): Bucket | undefined {
  let [before, behind] = [at - 1, at]
  while (before >= 0 && !Number.isFinite(column.value(before))) before--
  while (behind < column.count && !Number.isFinite(column.value(behind))) behind++
  if (before < 0 || behind >= column.count) return undefined
  const x = (bounds[bucket]! + bounds[bucket + 1]!) / 2
  const [x0, x1] = [column.x(before), column.x(behind)]
  const [y0, y1] = [column.value(before), column.value(behind)]
  const value = x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
  return { mean: value, min: value, max: value }
}
