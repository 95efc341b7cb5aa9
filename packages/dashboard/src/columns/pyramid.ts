import { CELL, FACTOR, include, noExtremes, type Extremes } from './point-column.ts'

/** Summaries of cells of equal size. Positions are points, counted from the start of the pyramid. */
export interface Level {
  /** Points of a cell; the last one may have fewer. */
  readonly size: number
  readonly min: Float64Array
  readonly max: Float64Array
  readonly sum: Float64Array
  /** Where the smallest and the largest finite value are; meaningless where `finite` is 0. */
  readonly minAt: Uint32Array
  readonly maxAt: Uint32Array
  readonly finite: Uint32Array
}

/** Levels with cells of 64, 1,024, 16,384 … points, as long as they have more than one cell. */
export type Pyramid = readonly Level[]

/** Where a range of values can be had; the pyramid itself holds none. */
export type ReadValues = (from: number, to: number) => Float64Array

export function buildPyramid(values: Float64Array, count: number = values.length): Pyramid {
  const levels: Level[] = [baseLevel(values, count)]
  while (levels.at(-1)!.min.length > 1) levels.push(levelAbove(levels.at(-1)!, count))
  return levels
}

/** Three numbers of 8 bytes and three of 4 a cell. */
export function bytesOfPyramid(pyramid: Pyramid): number {
  return pyramid.reduce((sum, { min }) => sum + 36 * min.length, 0)
}

function emptyLevel(size: number, count: number): Level {
  const cells = Math.ceil(count / size)
  return {
    size,
    min: new Float64Array(cells),
    max: new Float64Array(cells),
    sum: new Float64Array(cells),
    minAt: new Uint32Array(cells),
    maxAt: new Uint32Array(cells),
    finite: new Uint32Array(cells),
  }
}

function baseLevel(values: Float64Array, count: number): Level {
  const level = emptyLevel(CELL, count)
  for (let cell = 0, from = 0; from < count; cell++, from += CELL) {
    const to = Math.min(from + CELL, count)
    let min = Infinity
    let max = -Infinity
    let minAt = 0
    let maxAt = 0
    let sum = 0
    let finite = 0
    for (let point = from; point < to; point++) {
      const value = values[point]!
      // False for NaN and both infinities.
      if (!(value - value === 0)) continue
      if (finite++ === 0) {
        min = max = value
        minAt = maxAt = point
      } else if (value < min) {
        min = value
        minAt = point
      } else if (value > max) {
        max = value
        maxAt = point
      }
      sum += value
    }
    put(level, cell, min, max, minAt, maxAt, sum, finite)
  }
  return level
}

function levelAbove(below: Level, count: number): Level {
  const level = emptyLevel(below.size * FACTOR, count)
  for (let cell = 0; cell < level.min.length; cell++) {
    const all = noExtremes()
    const to = Math.min((cell + 1) * FACTOR, below.min.length)
    for (let one = cell * FACTOR; one < to; one++) includeCell(all, below, one, 0)
    put(level, cell, all.min, all.max, Math.max(all.minAt, 0), Math.max(all.maxAt, 0), all.sum, all.finite)
  }
  return level
}

function put(
  level: Level,
  cell: number,
  min: number,
  max: number,
  minAt: number,
  maxAt: number,
  sum: number,
  finite: number,
): void {
  level.min[cell] = min
  level.max[cell] = max
  level.minAt[cell] = minAt
  level.maxAt[cell] = maxAt
  level.sum[cell] = sum
  level.finite[cell] = finite
}

/** @param offset - What is added to the positions of the cell. */
function includeCell(into: Extremes, level: Level, cell: number, offset: number): void {
  const finite = level.finite[cell]!
  if (finite === 0) return
  into.finite += finite
  into.sum += level.sum[cell]!
  const [min, max] = [level.min[cell]!, level.max[cell]!]
  if (into.minAt < 0 || min < into.min) {
    into.min = min
    into.minAt = level.minAt[cell]! + offset
  }
  if (into.maxAt < 0 || max > into.max) {
    into.max = max
    into.maxAt = level.maxAt[cell]! + offset
  }
}

/**
 * Adds the points from `from` up to, but not including, `to` to `into`: whole cells from their summaries, and of a cell at
 * either end as many values as it takes to be exact.
 *
 * @param offset - What is added to positions in `into`.
 * @param sums - False: only extremes are wanted, and most cells at an end need no values then.
 */
export function includeRange(
  into: Extremes,
  pyramid: Pyramid,
  read: ReadValues,
  from: number,
  to: number,
  offset: number,
  sums: boolean,
): void {
  const [first, end] = [Math.ceil(from / CELL), Math.floor(to / CELL)]
  // In one cell, or in two without a whole one between them.
  if (first > end) return includeValues(into, read, from, to, offset)
  const whole = noExtremes()
  includeCells(whole, pyramid, first, end, offset)
  const [left, right] = [first * CELL, end * CELL]
  if (from < left && (sums || mayHold(pyramid[0]!, first - 1, from, left, offset, whole, into)))
    includeValues(into, read, from, left, offset)
  merge(into, whole)
  if (right < to && (sums || mayHold(pyramid[0]!, end, right, to, offset, into)))
    includeValues(into, read, right, to, offset)
}

/**
 * Whether the part of a cell from `from` to `to` may hold an extreme that its summary does not place. What the summary
 * does place there is taken.
 *
 * @param into - What is known of the points before the cell, or, for the left end, of those behind it.
 * @param before - Given for the left end: what is known of the points before it; what the summary places goes there.
 */
function mayHold(
  level: Level,
  cell: number,
  from: number,
  to: number,
  offset: number,
  into: Extremes,
  before: Extremes = into,
): boolean {
  if (level.finite[cell] === 0) return false
  const [min, max] = [level.min[cell]!, level.max[cell]!]
  const [minAt, maxAt] = [level.minAt[cell]!, level.maxAt[cell]!]
  // Of equal values the first counts: those of the left end come before `into`.
  const left = before !== into
  const needsMin = (left ? min <= into.min : min < into.min) && !(before.min <= min)
  const needsMax = (left ? max >= into.max : max > into.max) && !(before.max >= max)
  const placesMin = minAt >= from && minAt < to
  const placesMax = maxAt >= from && maxAt < to
  if ((needsMin && !placesMin) || (needsMax && !placesMax)) return true
  if (needsMin) [before.min, before.minAt] = [min, minAt + offset]
  if (needsMax) [before.max, before.maxAt] = [max, maxAt + offset]
  return false
}

/** Adds what comes behind. */
function merge(into: Extremes, next: Extremes): void {
  into.finite += next.finite
  into.sum += next.sum
  if (next.minAt >= 0 && (into.minAt < 0 || next.min < into.min)) [into.min, into.minAt] = [next.min, next.minAt]
  if (next.maxAt >= 0 && (into.maxAt < 0 || next.max > into.max)) [into.max, into.maxAt] = [next.max, next.maxAt]
}

function includeValues(into: Extremes, read: ReadValues, from: number, to: number, offset: number): void {
  if (from >= to) return
  const values = read(from, to)
  for (let index = 0; index < values.length; index++) include(into, values[index]!, from + index + offset)
}

/** Base cells from `from` up to, but not including, `to`, by as few larger ones as possible, in order. */
function includeCells(into: Extremes, pyramid: Pyramid, from: number, to: number, offset: number): void {
  let [cell, level] = [from, 0]
  let scale = 1
  while (cell * scale < to) {
    while (level + 1 < pyramid.length && cell % FACTOR === 0 && (cell + FACTOR) * scale <= to) {
      cell /= FACTOR
      scale *= FACTOR
      level++
    }
    while (level > 0 && (cell + 1) * scale > to) {
      cell *= FACTOR
      scale /= FACTOR
      level--
    }
    includeCell(into, pyramid[level]!, cell, offset)
    cell++
  }
}
