import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OpenBlock } from '../blocks/open-block.ts'
import { CELL, type PointColumn } from '../columns/point-column.ts'
import { runColumn, sortedColumn } from '../columns/run-column.ts'
import type { Smoothing } from '../protocol/series.ts'
import { endOf, equalParts, lineOf } from './line.ts'
import { rangesOf } from './ranges.ts'
import { SmoothedColumn, smoothedMemory } from './smoothed-column.ts'
import { randomOf } from '../testing/random.ts'

interface Point {
  readonly gap: number
  readonly value: number
  readonly there: boolean
}

/** Noise, with what is not finite, spikes, steps that repeat, and rows without a value. */
const series = fc.record({ seed: fc.integer(), count: fc.integer({ min: 1, max: 2_500 }) }).map(({ seed, count }) => {
  const random = randomOf(seed)
  const rare = [Number.NaN, Infinity, -Infinity, 0, 1e9]
  return Array.from({ length: count }, (): Point => {
    const value = random() < 0.03 ? rare[Math.floor(random() * rare.length)]! : 1_000 * random() - 500
    return { gap: Math.floor(random() * 10), value, there: random() < 0.8 }
  })
})
const weight = fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999)
const log = fc.option(fc.constant(true), { nil: undefined })
const smoothing: fc.Arbitrary<Smoothing> = fc.oneof(
  fc.record({ kind: fc.constantFrom('ema' as const, 'time-ema' as const), weight, log }),
  fc.record({ kind: fc.constant('window' as const), size: fc.constantFrom(1, 2, 5, 51, 1_001, 100_000), log }),
)

function blocksOf(points: readonly Point[], rows: number): OpenBlock[] {
  const blocks = [new OpenBlock()]
  let step = 0
  for (const { gap, value: y, there } of points) {
    step += gap
    if (blocks.at(-1)!.rows >= rows) blocks.push(new OpenBlock())
    blocks.at(-1)!.add(step, step * 10, there ? ['a', 'b'] : ['b'], there ? [y, 0] : [0])
  }
  return blocks
}

const columnOf = (blocks: readonly OpenBlock[]): PointColumn => runColumn(blocks, 'a', 'step', 0)!

/** As it is written down in the protocol, in one go, and slow. */
function reference(column: PointColumn, how: Smoothing): Float64Array {
  const { count } = column
  const x = Float64Array.from({ length: count }, (_, point) => column.x(point))
  const raw = [...column.values(0, count)].map((y) => (how.log ? (y > 0 ? Math.log(y) : Number.NaN) : y))
  const back = (y: number): number => (how.log ? Math.exp(y) : y)
  if (how.kind === 'window') {
    const half = Math.floor((how.size - 1) / 2)
    return Float64Array.from(raw, (y, point) => {
      if (!Number.isFinite(y)) return back(y)
      const reach = Math.min(half, point, count - 1 - point)
      let [sum, finite] = [0, 0]
      for (let at = point - reach; at <= point + reach; at++) {
        if (!Number.isFinite(raw[at])) continue
        sum += raw[at]!
        finite++
      }
      return back(sum / finite)
    })
  }
  const unit = how.kind === 'time-ema' && count > 1 ? (x[count - 1]! - x[0]!) / (count - 1) : 0
  let [sum, weights, before] = [0, 0, Number.NaN]
  return Float64Array.from(raw, (y, point) => {
    if (!Number.isFinite(y)) return back(y)
    const distance = unit > 0 && !Number.isNaN(before) ? (x[point]! - before) / unit : 1
    const keep = how.weight ** distance
    sum = sum * keep + y * (1 - keep)
    weights = weights * keep + (1 - keep)
    before = x[point]!
    return back(weights > 0 ? sum / weights : y)
  })
}

/** Sums may be added up in another order. */
function isAlike(found: number, right: number, scale: number): boolean {
  return Object.is(found, right) || Math.abs(found - right) <= 1e-9 * scale
}

function extremesOf(values: Float64Array, from: number, to: number): [number, number] {
  const finite = values.subarray(from, to).filter(Number.isFinite)
  return [Math.min(...finite), Math.max(...finite)]
}

describe('a smoothed column', () => {
  test('is thinned to what smoothing all points, and looking at each of them, gives, at any zoom', () => {
    fc.assert(
      fc.property(
        series,
        smoothing,
        fc.integer({ min: 50, max: 2_000 }),
        fc.double({ min: -0.1, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (points, how, rows, start, share, width) => {
          const blocks = blocksOf(points, rows)
          const raw = columnOf(blocks)
          if (raw.count === 0) return
          const right = reference(raw, how)
          const scale = Math.max(1, ...right.filter(Number.isFinite).map(Math.abs))
          const extent = raw.x(raw.count - 1) + 1
          const view = { from: start * extent, to: start * extent + share * extent, width }
          const column = new SmoothedColumn(raw, how, smoothedMemory(1e7))
          const [first, end] = [column.lowerBound(view.from), endOf(column, view.to)]
          const ranges = rangesOf(column, first, end, width, equalParts(view))
          const { cuts } = ranges
          expect([cuts[0], cuts[width]]).toEqual([first, end])
          for (let bucket = 0; bucket < width; bucket++) {
            const [from, to] = [cuts[bucket]!, cuts[bucket + 1]!]
            const { min, max } = ranges.extremes(from, to)
            const [low, high] = extremesOf(right, from, to)
            if (!isAlike(min, low, scale) || !isAlike(max, high, scale))
              expect([from, to, min, max]).toEqual([from, to, low, high])
            if (bucket > 0) expect(column.lowerBound(equalParts(view)(bucket)) - from).toBeLessThan(CELL)
          }
          const { x, y } = lineOf(column, view)
          const isPoint = (at: number): boolean => {
            const [from, to] = [column.lowerBound(x[at]!), column.lowerBound(x[at]! + 0.5)]
            return right.subarray(from, to).some((one) => isAlike(one, y[at]!, scale) || !Number.isFinite(one + y[at]!))
          }
          expect([...x.keys()].filter((at) => !isPoint(at))).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  test('goes on from what is kept when its run grows, and is the same as from nothing', () => {
    fc.assert(
      fc.property(series, series, smoothing, fc.constantFrom(0, 3_000, 1e7), (before, more, how, most) => {
        const blocks = blocksOf(before, 700)
        const memory = smoothedMemory(most)
        const first = new SmoothedColumn(columnOf(blocks), how, memory)
        first.extremes(0, first.count)
        let step = before.reduce((sum, { gap }) => sum + gap, 0)
        for (const { gap, value: y } of more) blocks.at(-1)!.add((step += gap), 0, ['a'], [y])
        const grown = new SmoothedColumn(columnOf(blocks), how, memory)
        const anew = new SmoothedColumn(columnOf(blocks), how, smoothedMemory(1e7))
        expect(grown.extremes(0, grown.count, true)).toEqual(anew.extremes(0, anew.count, true))
        const [found, right] = [grown.values(0, grown.count), anew.values(0, anew.count)]
        expect([...found.keys()].filter((at) => !Object.is(found[at], right[at]))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('keeps what it has computed for as long as there is room, and not the values', () => {
    const count = 100_000
    const x = Float64Array.from({ length: count }, (_, point) => point)
    const raw = sortedColumn(x, x.map(Math.sin))
    let computed = 0
    const counting: PointColumn = {
      count,
      parts: raw.parts,
      axis: raw.axis,
      allFinite: () => true,
      x: (point) => raw.x(point),
      value: (point) => raw.value(point),
      lowerBound: (at) => raw.lowerBound(at),
      extremes: (from, to) => raw.extremes(from, to),
      values: (from, to) => {
        computed += to - from
        return raw.values(from, to)
      },
      readPart: () => {
        computed += count
        return raw.readPart()
      },
    }
    const memory = smoothedMemory(1e6)
    const look = (): unknown =>
      lineOf(new SmoothedColumn(counting, { kind: 'ema', weight: 0.99 }, memory), { from: 0, to: count, width: 100 })
    const line = look()
    expect(computed).toBeGreaterThanOrEqual(count)
    expect(memory.bytes).toBeLessThan(count)
    computed = 0
    expect(look()).toEqual(line)
    expect(computed).toBeLessThan(count / 50)
  })
})
