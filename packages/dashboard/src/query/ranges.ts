import { CELL, include, noExtremes, type Extremes, type PointColumn } from '../columns/point-column.ts'

/** Points of a bucket up to which all values in view are looked at. */
const FEW = 2 * CELL

/** Answers for ranges of the points in view. */
export interface Ranges {
  /** First point of each bucket, and behind the last one its end. */
  readonly cuts: Uint32Array
  extremes(from: number, to: number, sums?: boolean): Extremes
  values(from: number, to: number): Float64Array
}

/**
 * Divides the points from `first` to `end` among buckets, each of them to one. A bucket begins at the first point whose x is
 * not below its left edge. Where there are so many points that they are only looked at in summaries, it begins where one of
 * those does: less than half a bucket before that.
 *
 * @param edge - Left edge of a bucket.
 */
export function rangesOf(
  column: PointColumn,
  first: number,
  end: number,
  width: number,
  edge: (bucket: number) => number,
): Ranges {
  const isDense = end - first <= FEW * width
  const cuts = new Uint32Array(width + 1)
  cuts[0] = first
  cuts[width] = end
  for (let bucket = 1; bucket < width; bucket++) {
    const before = cuts[bucket - 1]!
    const exact = before === end ? end : Math.min(column.lowerBound(edge(bucket)), end)
    const cut = isDense ? exact : (column.summarizedUpTo?.(exact) ?? exact)
    cuts[bucket] = Math.max(cut, before)
  }
  if (!isDense)
    return {
      cuts,
      extremes: (from, to, sums) => column.extremes(from, to, sums),
      values: (from, to) => column.values(from, to),
    }
  const all = column.values(first, end)
  return {
    cuts,
    extremes: (from, to) => {
      const found = noExtremes()
      for (let point = from; point < to; point++) include(found, all[point - first]!, point)
      return found
    },
    values: (from, to) => all.subarray(from - first, to - first),
  }
}
