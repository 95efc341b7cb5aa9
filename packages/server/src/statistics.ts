import { selectNumber } from './reads/order.ts'
import type { Series } from './reads/series.ts'
import type { Work } from './reads/work.ts'

/** A point of a series: its place in it, and its value. */
export interface Place {
  readonly at: number
  readonly data: number
}

/** What there is to say about the points of one key; what is not finite takes part in nothing. */
export interface Statistics {
  readonly latest: Place
  readonly min: Place | undefined
  readonly max: Place | undefined
  readonly avg: number | undefined
  readonly median: number | undefined
  readonly stdDev: number | undefined
}

const STRIDE = 1_024

/** @param series - With at least one point. */
export async function statisticsOf({ values }: Series, work: Work): Promise<Statistics> {
  const last = values.length - 1
  const latest = { at: last, data: values[last]! }
  const numbers = new Float64Array(values.length)
  let [count, sum, min, max] = [0, 0, -1, -1]
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    if (at % STRIDE === 0 && work.due) await work.pause()
    if (!Number.isFinite(value)) continue
    if (count === 0 || value < values[min]!) min = at
    if (count === 0 || value > values[max]!) max = at
    sum += value
    numbers[count++] = value
  }
  if (count === 0)
    return { latest, min: undefined, max: undefined, avg: undefined, median: undefined, stdDev: undefined }
  const avg = sum / count
  let variance = 0
  for (let at = 0; at < count; at++) {
    variance += (numbers[at]! - avg) ** 2
    if (at % STRIDE === 0 && work.due) await work.pause()
  }
  return {
    latest,
    min: { at: min, data: values[min]! },
    max: { at: max, data: values[max]! },
    avg,
    median: await medianOf(numbers.subarray(0, count), work),
    stdDev: Math.sqrt(variance / count),
  }
}

async function medianOf(numbers: Float64Array, work: Work): Promise<number> {
  const middle = numbers.length >> 1
  const upper = await selectNumber(numbers, middle, work)
  return numbers.length % 2 === 1 ? upper : (upper + (await selectNumber(numbers, middle - 1, work))) / 2
}

/** JSON has no words for what is not finite; the protocol has. */
export function wireNumber(value: number): number | string {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF'
}
