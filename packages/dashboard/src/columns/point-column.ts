/** Points of a base cell; cells of each further level hold {@link FACTOR} of the one below. */
export const CELL = 64
export const FACTOR = 16

/**
 * Smallest and largest finite value of a range of points, and where they are. `minAt` and `maxAt` are -1 when no value is
 * finite.
 */
export interface Extremes {
  minAt: number
  maxAt: number
  min: number
  max: number
  /** Of the finite values. */
  sum: number
  finite: number
}

/** Consecutive points of a column that never change. */
export interface Part {
  /** No other points have the same: what was computed from these may be kept under it. */
  readonly id: string
  /** Number of its first point. */
  readonly first: number
  readonly count: number
}

/**
 * Points of one key of one run, in the order of x: whoever asks for a part of them gets an answer from summaries of many
 * points where it can be had, and it is the same as from all points.
 */
export interface PointColumn {
  readonly count: number
  /** All of its points, in order. */
  readonly parts: readonly Part[]
  /** Of what its x is: columns with the same parts and the same axis are the same. */
  readonly axis: string
  /** True: none of the values from `from` up to `to` is NaN or infinite. False: one may be. */
  allFinite(from: number, to: number): boolean
  /** Position on the x axis. Never falls. */
  x(point: number): number
  value(point: number): number
  /** First point whose x is not below; `count` when there is none. */
  lowerBound(x: number): number
  /**
   * Of the points from `from` up to, but not including, `to`.
   *
   * @param sums - True: sum and count are wanted, too. Default: false.
   */
  extremes(from: number, to: number, sums?: boolean): Extremes
  /** The values from `from` up to, but not including, `to`. Not to be written to. */
  values(from: number, to: number): Float64Array
  /**
   * The values of one of its parts.
   *
   * @param scratch - Room for them, which may be used, and may not: whoever reads many parts needs no memory for each.
   */
  readPart(part: number, scratch: Float64Array): Float64Array
  /**
   * The place at or before `point`, less than {@link CELL} points away, up to which there are summaries: whole buckets
   * between two such places are answered without reading a value. Absent: values are in memory, and ranges can be exact.
   */
  summarizedUpTo?(point: number): number
}

export function noExtremes(): Extremes {
  return { minAt: -1, maxAt: -1, min: Infinity, max: -Infinity, sum: 0, finite: 0 }
}

/** Takes one more point into account. Of equal values the first counts. */
export function include(into: Extremes, value: number, at: number): void {
  if (!Number.isFinite(value)) return
  into.finite++
  into.sum += value
  if (into.minAt < 0 || value < into.min) {
    into.min = value
    into.minAt = at
  }
  if (into.maxAt < 0 || value > into.max) {
    into.max = value
    into.maxAt = at
  }
}
