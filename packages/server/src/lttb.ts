import type { Work } from './reads/work.ts'

/**
 * Largest-Triangle-Three-Buckets: places of as many points as asked for, chosen so that the line looks the same. The first
 * and the last are always among them.
 *
 * Source: Sveinn Steinarsson, "Downsampling Time Series for Visual Representation", 2013.
 */
export async function lttb(xs: Float64Array, ys: Float64Array, most: number, work: Work): Promise<number[]> {
  const count = xs.length
  if (count <= most || most < 3) return Array.from({ length: Math.max(0, Math.min(count, most)) }, (_, at) => at)
  const chosen = [0]
  const every = (count - 2) / (most - 2)
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const from = Math.floor(bucket * every) + 1
    const to = Math.floor((bucket + 1) * every) + 1
    const end = Math.min(count, Math.floor((bucket + 2) * every) + 1)
    const [ax, ay] = [mean(xs, to, end), mean(ys, to, end)]
    let at = chosen.at(-1)!
    const [bx, by] = [xs[at]!, finite(ys[at]!)]
    let largest = -1
    for (let candidate = from; candidate < to; candidate++) {
      const area = Math.abs((bx - ax) * (finite(ys[candidate]!) - by) - (bx - xs[candidate]!) * (ay - by))
      if (area > largest) {
        largest = area
        at = candidate
      }
    }
    chosen.push(at)
    if (work.due) await work.pause()
  }
  chosen.push(count - 1)
  return chosen
}

function mean(numbers: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += finite(numbers[at]!)
  return sum / Math.max(1, to - from)
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0)
