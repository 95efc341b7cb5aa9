import type { ScalarPoint } from './storage/interfaces.ts'

/** What there is to say about the points of one key; NaN takes part in nothing. */
export interface Statistics {
  readonly latest: { index: number; data: number }
  readonly min: { index: number; data: number } | undefined
  readonly max: { index: number; data: number } | undefined
  readonly avg: number | undefined
  readonly median: number | undefined
  readonly stdDev: number | undefined
}

/** @param points - In the order of their steps, at least one. */
export function statisticsOf(points: readonly ScalarPoint[], at: (point: ScalarPoint) => number): Statistics {
  const numbers = points.filter(({ data }) => Number.isFinite(data))
  const last = points.at(-1)!
  const latest = { index: at(last), data: last.data }
  if (numbers.length === 0)
    return { latest, min: undefined, max: undefined, avg: undefined, median: undefined, stdDev: undefined }
  let [min, max] = [numbers[0]!, numbers[0]!]
  let sum = 0
  for (const point of numbers) {
    if (point.data < min.data) min = point
    if (point.data > max.data) max = point
    sum += point.data
  }
  const avg = sum / numbers.length
  const variance = numbers.reduce((total, { data }) => total + (data - avg) ** 2, 0) / numbers.length
  const sorted = Float64Array.from(numbers, ({ data }) => data).toSorted()
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return {
    latest,
    min: { index: at(min), data: min.data },
    max: { index: at(max), data: max.data },
    avg,
    median,
    stdDev: Math.sqrt(variance),
  }
}

/** JSON has no words for what is not finite; the protocol has. */
export function wireNumber(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF'
}
