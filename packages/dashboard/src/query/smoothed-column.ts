import { BLOCK_ROWS } from '../blocks/block.ts'
import { ByteLru } from '../blocks/byte-lru.ts'
import { include, noExtremes, CELL, type Extremes, type Part, type PointColumn } from '../columns/point-column.ts'
import { buildPyramid, bytesOfPyramid, includeRange, type Pyramid } from '../columns/pyramid.ts'
import type { Smoothing } from '../protocol/series.ts'
import { average, centredMeans, counted, noAverage, reachOf, type Average, type Windowing } from './smoothing.ts'

/** Points between two places from which an average can be continued. */
const APART = 1_024

/** Memory for one part at a time: to be given new memory for each takes longer than to smooth it. */
const READ = new Float64Array(BLOCK_ROWS)
const SMOOTHED = new Float64Array(BLOCK_ROWS)

function roomFor(count: number): Float64Array {
  return count <= SMOOTHED.length ? SMOOTHED : new Float64Array(count)
}

/** What is kept of the smoothed points of one part: their values are computed again when a few of them are needed. */
interface Piece {
  readonly pyramid: Pyramid
  /** Of an average: as it was before each {@link APART}th point, and at the end; three numbers each. */
  readonly states: Float64Array
}

/** Pieces of all columns together. */
export type SmoothedMemory = ByteLru<Piece>

/** @param most - Bytes. */
export function smoothedMemory(most: number): SmoothedMemory {
  return new ByteLru(most)
}

/**
 * A column, smoothed. It is computed from all of its points, once: what is kept is a pyramid of each part, and what it
 * takes to go on from there, so that a run that grows is smoothed from where it was.
 */
export class SmoothedColumn implements PointColumn {
  readonly count: number
  readonly parts: readonly Part[]
  readonly axis: string
  readonly #column: PointColumn
  readonly #how: Smoothing
  readonly #memory: SmoothedMemory
  /** Average distance in x. */
  readonly #unit: number
  /** By part, as far as they are needed. */
  readonly #pieces: (Piece | undefined)[] = []

  constructor(column: PointColumn, how: Smoothing, memory: SmoothedMemory) {
    this.#column = column
    this.#how = how
    this.#memory = memory
    this.count = column.count
    this.axis = column.axis
    const last = this.count - 1
    this.#unit = how.kind === 'time-ema' && last > 0 ? (column.x(last) - column.x(0)) / last : 0
    this.parts = column.parts.map((part) => ({ ...part, id: this.#idOf(part) }))
  }

  /** What is not finite, or has no logarithm, is a mark of the raw line. */
  allFinite(): boolean {
    return true
  }

  x(point: number): number {
    return this.#column.x(point)
  }

  lowerBound(x: number): number {
    return this.#column.lowerBound(x)
  }

  value(point: number): number {
    return this.values(point, point + 1)[0]!
  }

  extremes(from: number, to: number, sums: boolean = false): Extremes {
    const all = noExtremes()
    if (from >= to) return all
    for (let at = this.#partOf(from); at < this.parts.length && this.parts[at]!.first < to; at++) {
      const { first, count } = this.parts[at]!
      const read = (a: number, b: number): Float64Array => this.#valuesIn(at, a, b)
      const [a, b] = [Math.max(from - first, 0), Math.min(to - first, count)]
      if (b - a < CELL) for (const [index, value] of read(a, b).entries()) include(all, value, first + a + index)
      else includeRange(all, this.#piece(at).pyramid, read, a, b, first, sums)
    }
    return all
  }

  values(from: number, to: number): Float64Array {
    const values = new Float64Array(to - from)
    if (from >= to) return values
    for (let at = this.#partOf(from); at < this.parts.length; at++) {
      const { first, count } = this.parts[at]!
      if (first >= to) break
      const [a, b] = [Math.max(from - first, 0), Math.min(to - first, count)]
      values.set(this.#valuesIn(at, a, b), a + first - from)
    }
    return values
  }

  readPart(part: number): Float64Array {
    const { first, count } = this.parts[part]!
    return this.values(first, first + count)
  }

  summarizedUpTo(point: number): number {
    return point < this.count ? point - ((point - this.parts[this.#partOf(point)]!.first) % CELL) : point
  }

  /** A mean near the end of what is there changes with what comes; an average by x with the distance between points. */
  #idOf({ id, first, count }: Part): string {
    const how = this.#how
    const log = how.log ? ' log' : ''
    if (how.kind !== 'window') {
      const by = how.kind === 'time-ema' ? ` by ${this.#unit} of ${this.axis}` : ''
      return `${id} ema ${how.weight}${log}${by}`
    }
    const last = this.#column.parts.at(-1)!
    const changes = first + count - 1 + reachOf(how) > this.count - 1
    return `${id} window ${how.size}${log}${changes ? ` of ${last.id}` : ''}`
  }

  #partOf(point: number): number {
    let [low, high] = [0, this.parts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.parts[middle]!.first <= point) low = middle
      else high = middle - 1
    }
    return low
  }

  #piece(at: number): Piece {
    const known = this.#known(at)
    if (known) return known
    let from = at
    // An average goes on from what comes before it; a mean needs nothing of that.
    if (this.#how.kind !== 'window') while (from > 0 && !this.#known(from - 1)) from--
    for (let next = from; next <= at; next++) {
      const piece = this.#make(next)
      this.#pieces[next] = piece
      this.#memory.set(this.parts[next]!.id, piece, bytesOf(piece))
    }
    return this.#pieces[at]!
  }

  #known(at: number): Piece | undefined {
    return (this.#pieces[at] ??= this.#memory.get(this.parts[at]!.id))
  }

  #make(at: number): Piece {
    const { first, count } = this.parts[at]!
    const how = this.#how
    if (how.kind === 'window')
      return { pyramid: buildPyramid(this.#means(first, first + count, how)), states: new Float64Array(0) }
    const before = this.#pieces[at - 1]?.states
    const state = before ? stateAt(before, before.length / 3 - 1) : noAverage()
    const states = new Float64Array(3 * (Math.ceil(count / APART) + 1))
    const [values, smoothed] = [counted(this.#column.readPart(at, READ), how), roomFor(count)]
    const xOf = (point: number): number => this.#column.x(first + point)
    let place = 0
    for (let from = 0; from < count; from += APART) {
      keepState(state, states, place++)
      average(values, [from, Math.min(from + APART, count)], xOf, how, this.#unit, state, smoothed)
    }
    keepState(state, states, place)
    return { pyramid: buildPyramid(smoothed, count), states }
  }

  #valuesIn(at: number, from: number, to: number): Float64Array {
    const { first } = this.parts[at]!
    const how = this.#how
    if (how.kind === 'window') return this.#means(first + from, first + to, how)
    const place = Math.floor(from / APART)
    const start = place * APART
    const state = stateAt(this.#piece(at).states, place)
    const values = counted(this.#column.values(first + start, first + to), how)
    const smoothed = new Float64Array(values.length)
    const xOf = (point: number): number => this.#column.x(first + start + point)
    average(values, [0, values.length], xOf, how, this.#unit, state, smoothed)
    return smoothed.subarray(from - start)
  }

  #means(from: number, to: number, how: Windowing): Float64Array {
    const half = reachOf(how)
    const [first, end] = [Math.max(0, from - half), Math.min(this.count, to + half)]
    return centredMeans(counted(this.#column.values(first, end), how), first, [from, to], this.count, how)
  }
}

function stateAt(states: Float64Array, place: number): Average {
  const [sum, weights, before] = states.subarray(3 * place, 3 * place + 3) as unknown as [number, number, number]
  return { sum, weights, before }
}

function keepState({ sum, weights, before }: Average, states: Float64Array, place: number): void {
  states.set([sum, weights, before], 3 * place)
}

function bytesOf({ pyramid, states }: Piece): number {
  return bytesOfPyramid(pyramid) + states.byteLength
}
