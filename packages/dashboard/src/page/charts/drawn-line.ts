import type { Frame } from '../../protocol/frame.ts'
import type { FrameArray, FrameLine, Smoothing } from '../../protocol/series.ts'
import { Points } from './points.ts'

/** What of a run, or of a group of runs, is on a chart. */
export interface DrawnLine {
  /** Key of the run, or name of the group. */
  readonly run: string
  readonly group: boolean
  readonly raw: Points
  readonly smooth?: Points | undefined
  /** Of a group. */
  readonly band?: { readonly low: Float64Array; readonly high: Float64Array; readonly n: Float64Array } | undefined
  /** Values that have no place on the axis: `y` is 1 for NaN, 2 for Infinity, 3 for -Infinity. */
  readonly marks: Points
  /** Points of the run in view. */
  points: number
  /** Each of them is one of `raw`. */
  readonly exact: boolean
  /** How much of the run had been read, from 0 to 1. */
  readonly indexed: number
  /** Bytes of the journal that are in it. */
  offset: number
}

export function linesOf({ header, arrays }: Frame): DrawnLine[] {
  return header.lines.map((line) => drawnLine(line, arrays))
}

function drawnLine(line: FrameLine, arrays: readonly Float64Array[]): DrawnLine {
  const get = (name: FrameArray): Float64Array => {
    const place = line.arrays[name]
    return (place === undefined ? undefined : arrays[place]) ?? new Float64Array(0)
  }
  const { run, group = false, points, exact, indexed, offset } = line
  return {
    run,
    group,
    raw: new Points(get('x'), get('y')),
    smooth: line.arrays.smooth === undefined ? undefined : new Points(get('smoothX'), get('smooth')),
    band: line.arrays.low === undefined ? undefined : { low: get('low'), high: get('high'), n: get('n') },
    marks: new Points(get('marksX'), get('marks')),
    points,
    exact,
    indexed,
    offset,
  }
}

/** What the smoothed line would go on with; undefined where only all points can say so. */
export function continuedSmooth(line: DrawnLine, y: number, how: Smoothing): number | undefined {
  const before = line.smooth?.lastY
  if (how.kind !== 'ema' || how.log || before === undefined || !Number.isFinite(before)) return undefined
  // With enough points behind it, what debias adds is too small to be seen.
  if (how.weight ** line.points > 1e-3) return undefined
  return Number.isFinite(y) ? how.weight * before + (1 - how.weight) * y : before
}

/** Adds a point that has just been logged. */
export function appendPoint(line: DrawnLine, x: number, y: number, smoothed: number | undefined): void {
  line.points++
  line.raw.push(x, Number.isFinite(y) ? y : Number.NaN)
  if (!Number.isFinite(y)) line.marks.push(x, Number.isNaN(y) ? 1 : y > 0 ? 2 : 3)
  if (smoothed !== undefined) line.smooth?.push(x, smoothed)
}
