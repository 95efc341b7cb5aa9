/**
 * Largest-Triangle-Three-Buckets: as many of the points as asked for, chosen so that the line looks the same. The first
 * and the last are always among them.
 *
 * Source: Sveinn Steinarsson, "Downsampling Time Series for Visual Representation", 2013.
 */
export function lttb<T>(
  points: readonly T[],
  most: number,
  x: (point: T) => number,
  y: (point: T) => number,
): readonly T[] {
  if (points.length <= most || most < 3) return points.length <= most ? points : points.slice(0, Math.max(0, most))
  const chosen = [points[0]!]
  const every = (points.length - 2) / (most - 2)
  let at = 0
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const from = Math.floor(bucket * every) + 1
    const to = Math.floor((bucket + 1) * every) + 1
    const next = points.slice(to, Math.min(points.length, Math.floor((bucket + 2) * every) + 1))
    const [ax, ay] = [mean(next, x), mean(next, y)]
    const [bx, by] = [x(points[at]!), finite(y(points[at]!))]
    let largest = -1
    for (let candidate = from; candidate < to; candidate++) {
      const point = points[candidate]!
      const area = Math.abs((bx - ax) * (finite(y(point)) - by) - (bx - x(point)) * (ay - by))
      if (area > largest) {
        largest = area
        at = candidate
      }
    }
    chosen.push(points[at]!)
  }
  chosen.push(points.at(-1)!)
  return chosen
}

function mean<T>(points: readonly T[], of: (point: T) => number): number {
  return points.reduce((sum, point) => sum + finite(of(point)), 0) / Math.max(1, points.length)
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0)
