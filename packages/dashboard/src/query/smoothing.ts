import type { Smoothing } from '../protocol/series.ts'

/** Exponential moving averages, from one point to the next. */
export interface Average {
  sum: number
  weights: number
  /** x of the last finite value; NaN before there is one. */
  before: number
}

export type Averaging = Exclude<Smoothing, { kind: 'window' }>
export type Windowing = Extract<Smoothing, { kind: 'window' }>

export function noAverage(): Average {
  return { sum: 0, weights: 0, before: Number.NaN }
}

/** What is smoothed: the values, or their logarithms, where what is not positive has none. */
export function counted(values: Float64Array, { log }: Smoothing): Float64Array {
  return log ? values.map((value) => (value > 0 ? Math.log(value) : Number.NaN)) : values
}

/**
 * Exponential moving average with debias: the first values are not drawn towards zero. Source: TensorBoard's smoothing.
 * `time-ema` takes the weight for the average distance in x between two points, and less of the past over a longer one.
 * What is not finite is skipped, and stays as it is.
 *
 * @param values - As {@link counted}; smoothed are those from `from` up to, but not including, `to`.
 * @param xOf - Position of a point, counted as in `values`.
 * @param unit - Average distance in x; only `time-ema` needs it.
 * @param state - Of all points before `from`; afterwards, of those before `to`.
 * @param into - Takes the smoothed values, at the same places.
 */
export function average(
  values: Float64Array,
  [from, to]: readonly [from: number, to: number],
  xOf: (point: number) => number,
  { kind, weight, log }: Averaging,
  unit: number,
  state: Average,
  into: Float64Array,
): void {
  const timed = kind === 'time-ema' && unit > 0
  let { sum, weights, before } = state
  let keep = weight
  let lastDistance = unit
  for (let point = from; point < to; point++) {
    const value = values[point]!
    // False for NaN and both infinities.
    if (!(value - value === 0)) {
      into[point] = value
      continue
    }
    if (timed) {
      const x = xOf(point)
      const distance = before === before ? Math.max(0, x - before) : unit
      if (distance !== lastDistance) {
        keep = weight ** (distance / unit)
        lastDistance = distance
      }
      before = x
    }
    sum = sum * keep + value * (1 - keep)
    weights = weights * keep + (1 - keep)
    // At the same x as the point before, nothing is new.
    const smoothed = weights > 0 ? sum / weights : value
    into[point] = log ? Math.exp(smoothed) : smoothed
  }
  state.sum = sum
  state.weights = weights
  state.before = before
}

/** Points on either side of one that count in its mean. */
export function reachOf({ size }: Windowing): number {
  return Math.floor((size - 1) / 2)
}

/**
 * Mean of the finite values around each point, as many before as behind: fewer at the ends of a series. What is not finite
 * stays as it is. Each sum is added up from the values themselves: a difference of sums over all points before would lose
 * what is small behind one that is large.
 *
 * @param values - As {@link counted}, of the points from `from` to `to` and {@link reachOf} on either side, where the series has so many.
 * @param at - Number of the first of `values` in its series of `count` points.
 */
export function centredMeans(
  values: Float64Array,
  at: number,
  [from, to]: readonly [number, number],
  count: number,
  how: Windowing,
): Float64Array {
  const half = reachOf(how)
  const size = 2 * half + 1
  // Sums up to each point from the start of its part of the series, and from each point to the end of its part: a window
  // is the end of one part and the start of the next.
  const before = sumsOf(values, (point) => (at + point) % size === 0, 1)
  const behind = sumsOf(values, (point) => (at + point + 1) % size === 0, -1)
  // Near the ends of the series windows are shorter than parts.
  const fromStart = from < half ? sumsOf(values, () => false, 1) : before
  const toEnd = to > count - half ? sumsOf(values, () => false, -1) : behind
  const smoothed = new Float64Array(to - from)
  for (let point = from; point < to; point++) {
    const value = values[point - at]!
    if (!Number.isFinite(value)) {
      smoothed[point - from] = value
      continue
    }
    let sum: number
    let finite: number
    if (point < half && point <= count - 1 - point) {
      const end = 2 * point - at
      sum = fromStart.sums[end]!
      finite = fromStart.finite[end]!
    } else if (point > count - 1 - half) {
      const first = 2 * point - count + 1 - at
      sum = toEnd.sums[first]!
      finite = toEnd.finite[first]!
    } else {
      const [first, end] = [point - half - at, point + half - at]
      const isPart = (at + first) % size === 0
      sum = behind.sums[first]! + (isPart ? 0 : before.sums[end]!)
      finite = behind.finite[first]! + (isPart ? 0 : before.finite[end]!)
    }
    smoothed[point - from] = sum / finite
  }
  return how.log ? smoothed.map(Math.exp) : smoothed
}

/** Sums of the finite values up to each, in a direction, that begin anew where `begins` says so. */
function sumsOf(
  values: Float64Array,
  begins: (point: number) => boolean,
  direction: 1 | -1,
): { readonly sums: Float64Array; readonly finite: Uint32Array } {
  const sums = new Float64Array(values.length)
  const finite = new Uint32Array(values.length)
  let [sum, n] = [0, 0]
  for (let point = direction > 0 ? 0 : values.length - 1; point >= 0 && point < values.length; point += direction) {
    if (begins(point)) [sum, n] = [0, 0]
    const value = values[point]!
    if (value - value === 0) {
      sum += value
      n++
    }
    sums[point] = sum
    finite[point] = n
  }
  return { sums, finite }
}
