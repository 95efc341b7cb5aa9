import type { YRange } from '../state/view.ts'
import type { DrawnLine } from './drawn-line.ts'

/** Part of the range that is left free above and below the lines. */
const FREE = 0.05

/**
 * Range of the y axis: all that is drawn of the lines from `from` to `to`. On a logarithmic axis, all that is positive.
 *
 * @param fixed - Ends that somebody has set.
 */
export function yRangeOf(
  lines: readonly DrawnLine[],
  [from, to]: readonly [number, number],
  log: boolean,
  fixed: YRange = {},
): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  const take = (range: readonly [number, number] | undefined): void => {
    if (!range) return
    low = Math.min(low, range[0])
    high = Math.max(high, range[1])
  }
  const above = log ? 0 : -Infinity
  for (const { raw, smooth, band } of lines) {
    take(raw.extremes(from, to, above))
    take(smooth?.extremes(from, to, above))
    if (band) for (const edge of [band.low, band.high]) take(extremesOf(edge, above))
  }
  if (low > high) [low, high] = log ? [0.1, 10] : [0, 1]
  if (log)
    [low, high] =
      low === high ? [low / 2, high * 2] : (widened(Math.log(low), Math.log(high)).map(Math.exp) as [number, number])
  else [low, high] = low === high ? aroundOne(low) : widened(low, high)
  const start = fixed.from !== undefined && (!log || fixed.from > 0) ? fixed.from : low
  const end = fixed.to !== undefined && (!log || fixed.to > 0) ? fixed.to : high
  return start < end ? [start, end] : [low, high]
}

function extremesOf(values: Float64Array, above: number): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!(value > above)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : undefined
}

function widened(low: number, high: number): [number, number] {
  const free = (high - low) * FREE
  return [low - free, high + free]
}

function aroundOne(value: number): [number, number] {
  const around = value === 0 ? 1 : Math.abs(value) * 0.1
  return [value - around, value + around]
}

/** The x axis when all points have one x. */
export function xRangeOf([from, to]: readonly [number, number]): [number, number] {
  return from < to ? [from, to] : [from - 0.5, to + 0.5]
}

/** Distances of ticks on an axis of seconds. */
export const SECONDS: number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600,
  7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000, 8_640_000,
]

/** Ends of a zoom as somebody can read them: no more digits than there are pixels for. */
export function roundedRange(from: number, to: number): [number, number] {
  const digits = Math.floor(Math.log10((to - from) / 1_000))
  const round = (value: number): number =>
    digits >= 0 ? Math.round(value / 10 ** digits) * 10 ** digits : Number(value.toFixed(Math.min(100, -digits)))
  const [a, b] = [round(from), round(to)]
  return a < b ? [a, b] : [from, to]
}
