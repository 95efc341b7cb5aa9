import type { YRange } from '../state/view.ts'
import type { DrawnLine } from './drawn-line.ts'
import type { Scale } from './scale.ts'

/** Part of the range that is left free above and below the lines. */
const FREE = 0.05

/**
 * Range of the y axis: all that is drawn of the lines from `from` to `to`. On a logarithmic axis, all that is positive.
 *
 * @param fixed - Ends that somebody has set.
 * @param trimmed - True: only where nearly all of it is. Default: false.
 */
export function yRangeOf(
  lines: readonly DrawnLine[],
  [from, to]: readonly [number, number],
  log: boolean,
  fixed: YRange = {},
  trimmed = false,
): [low: number, high: number] {
  const above = log ? 0 : -Infinity
  let [low, high] = (trimmed && mostOf(lines, from, to, above)) || allOf(lines, from, to, above)
  if (low > high) [low, high] = log ? [0.1, 10] : [0, 1]
  if (log) {
    const [a, b] = low === high ? [Math.log(low / 2), Math.log(high * 2)] : widened(Math.log(low), Math.log(high))
    ;[low, high] = [Math.max(Number.MIN_VALUE, Math.exp(a)), Math.min(Number.MAX_VALUE, Math.exp(b))]
  } else [low, high] = low === high ? aroundOne(low) : widened(low, high)
  const start = fixed.from !== undefined && (!log || fixed.from > 0) ? fixed.from : low
  const end = fixed.to !== undefined && (!log || fixed.to > 0) ? fixed.to : high
  return start < end ? [start, end] : [low, high]
}

function allOf(lines: readonly DrawnLine[], from: number, to: number, above: number): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  const take = (range: readonly [number, number] | undefined): void => {
    if (!range) return
    low = Math.min(low, range[0])
    high = Math.max(high, range[1])
  }
  for (const { raw, smooth, band } of lines) {
    take(raw.extremes(from, to, above))
    take(smooth?.extremes(from, to, above))
    if (band) for (const edge of [band.low, band.high]) take(extremesOf(edge, above))
  }
  return [low, high]
}

/** Part of what is drawn that counts as outliers, at either end. */
const OUTLIERS = 0.01

/** Where all but the outliers are; undefined when there are too few points to tell. */
function mostOf(lines: readonly DrawnLine[], from: number, to: number, above: number): [number, number] | undefined {
  const values = lines.flatMap(({ raw, smooth }) =>
    [raw, smooth].flatMap((points) =>
      points ? [...points.y.subarray(points.lowerBound(from), points.upperBound(to))].filter((y) => y > above) : [],
    ),
  )
  const sorted = Float64Array.from(values).toSorted()
  const cut = Math.floor(sorted.length * OUTLIERS)
  const [low, high] = [sorted[cut], sorted[sorted.length - 1 - cut]]
  return cut > 0 && low! < high! ? [low!, high!] : undefined
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
  // Two numbers that are next to each other have nothing around them.
  const free = Math.max(high * FREE - low * FREE, Math.max(Math.abs(low), Math.abs(high)) * 1e-12)
  return finite(low - free, high + free)
}

function finite(low: number, high: number): [number, number] {
  return [Math.max(-Number.MAX_VALUE, low), Math.min(Number.MAX_VALUE, high)]
}

function aroundOne(value: number): [number, number] {
  const around = value === 0 ? 1 : Math.max(Math.abs(value) * 0.1, Number.MIN_VALUE)
  return finite(value - around, value + around)
}

/**
 * The x axis over what is looked at; wider when all points have one x.
 *
 * @param least - Where a logarithmic axis begins. Absent: it is none.
 */
export function xScaleOf([from, to]: readonly [number, number], least?: number): Scale {
  const start = least === undefined || from > 0 ? from : least
  if (least !== undefined && start > 0)
    return start < to
      ? { from: start, to, log: true }
      : { from: Math.max(Number.MIN_VALUE, start / 2), to: Math.min(Number.MAX_VALUE, start * 2), log: true }
  if (from < to) return { from, to, log: false }
  // At 2^53 and beyond, half a step more is the same number.
  const around = Math.max(0.5, Math.abs(from) / 1e6)
  return { from: from - around, to: from + around, log: false }
}

/** Ends of a zoom as somebody can read them: no more digits than there are pixels for. */
export function roundedRange(from: number, to: number): [number, number] {
  const digits = Math.floor(Math.log10((to - from) / 1_000))
  const round = (value: number): number =>
    digits >= 0 ? Math.round(value / 10 ** digits) * 10 ** digits : Number(value.toFixed(Math.min(100, -digits)))
  const [a, b] = [round(from), round(to)]
  return a < b ? [a, b] : [from, to]
}
