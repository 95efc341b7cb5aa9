import type { Smoothing } from '../protocol/series.ts'

/**
 * Smooths all points of a series, in their order. What is not finite is skipped, and stays as it is. With `log`, so is
 * what is not positive.
 *
 * @param x - Needed by `time-ema`, whose weights fall with the distance in x.
 */
export function smooth(values: Float64Array, x: Float64Array, how: Smoothing): Float64Array {
  const counted = how.log ? values.map(Math.log) : values
  const smoothed = how.kind === 'window' ? centredMean(counted, how.size) : average(counted, x, how)
  return how.log ? smoothed.map(Math.exp) : smoothed
}

/**
 * Exponential moving average with debias: the first values are not drawn towards zero. Source: TensorBoard's smoothing.
 * `time-ema` takes the weight for the average distance in x between two points, and less of the past over a longer one.
 */
function average(
  values: Float64Array,
  x: Float64Array,
  { kind, weight }: Exclude<Smoothing, { kind: 'window' }>,
): Float64Array {
  const smoothed = new Float64Array(values.length)
  const unit = kind === 'time-ema' ? meanDistance(x) : 0
  let sum = 0
  let weights = 0
  let before = Number.NaN
  for (let point = 0; point < values.length; point++) {
    const value = values[point]!
    if (!Number.isFinite(value)) {
      smoothed[point] = value
      continue
    }
    const keep = unit > 0 && before === before ? weight ** (Math.max(0, x[point]! - before) / unit) : weight
    sum = sum * keep + value * (1 - keep)
    weights = weights * keep + (1 - keep)
    before = x[point]!
    // At the same x as the point before, nothing is new.
    smoothed[point] = weights > 0 ? sum / weights : value
  }
  return smoothed
}

function meanDistance(x: Float64Array): number {
  return x.length < 2 ? 0 : (x.at(-1)! - x[0]!) / (x.length - 1)
}

/** Mean of the finite values among `size` points around each; fewer at the ends, and as many before as behind. */
function centredMean(values: Float64Array, size: number): Float64Array {
  const half = Math.max(0, Math.floor((size - 1) / 2))
  const smoothed = new Float64Array(values.length)
  const sums = new Float64Array(values.length + 1)
  const counts = new Uint32Array(values.length + 1)
  // Sums of what is near the first value lose less.
  const base = values.find(Number.isFinite) ?? 0
  for (let point = 0; point < values.length; point++) {
    const value = values[point]!
    const finite = Number.isFinite(value)
    sums[point + 1] = sums[point]! + (finite ? value - base : 0)
    counts[point + 1] = counts[point]! + (finite ? 1 : 0)
  }
  for (let point = 0; point < values.length; point++) {
    const value = values[point]!
    const reach = Math.min(half, point, values.length - 1 - point)
    const [from, to] = [point - reach, point + reach + 1]
    smoothed[point] = Number.isFinite(value) ? base + (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!) : value
  }
  return smoothed
}
