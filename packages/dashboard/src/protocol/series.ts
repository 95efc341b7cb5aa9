import type { RunKey } from './runs.ts'

/** What runs along the axis below a chart. `relative`: seconds since each run's own start; `wall`: milliseconds since 1970. */
export type XAxis = { readonly kind: 'step' | 'relative' | 'wall' } | { readonly kind: 'metric'; readonly key: string }

/**
 * Computed on all points of a run, before any of them is left out. Non-finite values are skipped.
 * `ema`: exponential moving average with debias, as TensorBoard's; `time-ema`: weights by distance in x;
 * `window`: centred mean over `size` points. `log`: in the logarithm of the values, which have to be positive.
 */
export type Smoothing =
  | { readonly kind: 'ema' | 'time-ema'; readonly weight: number; readonly log?: boolean | undefined }
  | { readonly kind: 'window'; readonly size: number; readonly log?: boolean | undefined }

/** Several runs as one line with a band, from all of their points. */
export interface Grouping {
  readonly groups: readonly { readonly name: string; readonly runs: readonly RunKey[] }[]
  readonly line: 'mean' | 'median'
  readonly band: 'min-max' | 'std' | 'stderr'
}

/** One chart. */
export interface SeriesQuery {
  /** Repeated in the answer. */
  readonly id: string
  readonly runs: readonly RunKey[]
  readonly key: string
  readonly x: XAxis
  /** Part of the x axis that is looked at, in its own unit. Absent: all there is. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Buckets: pixels of the chart. 1 to 4,000. */
  readonly width: number
  readonly smoothing?: Smoothing | undefined
  readonly grouping?: Grouping | undefined
  /** True: x is laid out by its logarithm. */
  readonly logX?: boolean | undefined
}

/** Body of `POST …/series`; its answer is one frame for each query, in order, as soon as it is there. */
export interface SeriesRequest {
  readonly queries: readonly SeriesQuery[]
}

/**
 * Header of a frame. Its arrays follow in the order of `arrays`, as little-endian float64.
 *
 * A line is given as points in the order of x: `x` and `y` of equal length, where a bucket with many points gives two
 * (its smallest and its largest, at their own x), and one with few gives each of them. One point on either side of the view
 * is there, too.
 */
export interface FrameHeader {
  readonly id: string
  /** Why there is no answer, in a sentence. */
  readonly error?: string | undefined
  /** Extent of x over all points of all runs of the query, whatever is looked at. Absent: there are no points. */
  readonly extent?: readonly [from: number, to: number] | undefined
  /** The x that were looked at. */
  readonly from: number
  readonly to: number
  /** Where a logarithmic x axis begins: the smallest x in view that is positive. Absent: it is not one, or has nothing to show. */
  readonly logFrom?: number | undefined
  /** How much of the runs had been read, from 0 to 1: of the one that is behind most, whether it has a line or not. */
  readonly indexed?: number | undefined
  readonly lines: readonly FrameLine[]
  readonly arrays: readonly { readonly name: string; readonly length: number }[]
}

export interface FrameLine {
  /** The run, or the name of the group. */
  readonly run: string
  readonly group?: boolean | undefined
  /** Points of the run inside the view, non-finite ones included. */
  readonly points: number
  /** True: every point in view is one of its own here. */
  readonly exact: boolean
  /** How much of the run had been read, from 0 to 1. */
  readonly indexed: number
  /** Bytes of the journal that this was made from; of a group, of the run with the fewest. */
  readonly offset: number
  /**
   * Places of its arrays in the list of the frame: `x` and `y` (NaN: a gap), and those that are there of: `smoothX` and `smooth`; `low` and `high` (a
   * group's band at `x`), `n` (runs in the group at `x`); `marksX` and `marks` (x and kind of non-finite values: 1 NaN,
   * 2 Infinity, 3 -Infinity).
   */
  readonly arrays: Readonly<Partial<Record<FrameArray, number>>>
}

export type FrameArray = 'x' | 'y' | 'smoothX' | 'smooth' | 'low' | 'high' | 'n' | 'marksX' | 'marks'
