import type { DrawnLine } from './drawn-line.ts'

/** What a line says at one x. */
export interface Reading {
  readonly line: DrawnLine
  /** Of the nearest point. */
  readonly x: number
  /** NaN and the infinities as they were logged. */
  readonly value: number
  readonly smoothed: number | undefined
  /** Of all points that share the pixel, or the group's band; absent when there is one. */
  readonly extremes: readonly [low: number, high: number] | undefined
  /** Runs of the group there. */
  readonly members: number | undefined
}

const MARKED = [Number.NaN, Number.NaN, Infinity, -Infinity]

/**
 * What the lines say at `x`, the largest value first, and what is no number last. A line that has ended before, or begins
 * later, says nothing.
 *
 * @param pixel - Width of a pixel, in x.
 */
export function readingsAt(lines: readonly DrawnLine[], x: number, pixel: number): Reading[] {
  const hasGroups = lines.some(({ group }) => group)
  const readings = lines.flatMap((line): readonly Reading[] => {
    if (hasGroups && !line.group) return []
    const { raw, smooth, band, marks } = line
    const at = raw.nearest(x)
    if (at < 0) return []
    const there = raw.x[at]!
    if (x < raw.x[0]! - 8 * pixel || x > raw.lastX! + 8 * pixel) return []
    const y = raw.y[at]!
    const mark = Number.isNaN(y) ? marks.nearest(there) : -1
    if (line.group && Number.isNaN(y)) return []
    const smoothedAt = smooth?.nearest(there) ?? -1
    const inPixel = raw.extremes(x - pixel / 2, x + pixel / 2)
    return [
      {
        line,
        x: there,
        value: mark >= 0 && marks.x[mark] === there ? MARKED[marks.y[mark]!]! : y,
        smoothed: smoothedAt < 0 ? undefined : smooth!.y[smoothedAt],
        extremes: band ? [band.low[at]!, band.high[at]!] : inPixel && inPixel[0] < inPixel[1] ? inPixel : undefined,
        members: band?.n[at],
      },
    ]
  })
  const place = ({ value, smoothed }: Reading): number => {
    const shown = smoothed ?? value
    return Number.isNaN(shown) ? -Infinity : shown
  }
  return readings.toSorted((a, b) => place(b) - place(a) || 0)
}

/** The x of a point that is nearest, over all lines. */
export function snap(lines: readonly DrawnLine[], x: number): number {
  let best = x
  let distance = Infinity
  for (const { raw } of lines) {
    const at = raw.nearest(x)
    if (at < 0 || Math.abs(raw.x[at]! - x) >= distance) continue
    best = raw.x[at]!
    distance = Math.abs(best - x)
  }
  return best
}

/** The next x at which any line has a point, in a direction; `x` itself when there is none. */
export function nextX(lines: readonly DrawnLine[], x: number, direction: 1 | -1): number {
  const found = lines.flatMap(({ raw }) => {
    const at = direction > 0 ? raw.upperBound(x) : raw.lowerBound(x) - 1
    return at >= 0 && at < raw.length ? raw.x[at]! : []
  })
  if (found.length === 0) return x
  return direction > 0 ? Math.min(...found) : Math.max(...found)
}
