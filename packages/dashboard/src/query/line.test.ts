import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OpenBlock } from '../blocks/open-block.ts'
import { runColumn, sortedColumn } from '../columns/run-column.ts'
import { CELL, include, noExtremes, type PointColumn } from '../columns/point-column.ts'
import { equalParts, lineOf, type View } from './line.ts'
import { rangesOf } from './ranges.ts'

const value = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 10, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
)
const point = fc.record({ gap: fc.integer({ min: 0, max: 40 }), value, there: fc.boolean() })
const series = fc.array(point, { minLength: 1, maxLength: 1_500 })

/** The same points in blocks of a few rows each, and in memory. */
function columnsOf(points: readonly { gap: number; value: number; there: boolean }[], rows: number): PointColumn[] {
  const blocks = [new OpenBlock()]
  const [x, y]: [number[], number[]] = [[], []]
  let step = 0
  for (const { gap, value: y1, there } of points) {
    step += gap
    if (blocks.at(-1)!.rows >= rows) blocks.push(new OpenBlock())
    blocks.at(-1)!.add(step, step * 10, there ? ['a', 'b'] : ['b'], there ? [y1, 0] : [0])
    if (!there) continue
    x.push(step)
    y.push(y1)
  }
  const stored = runColumn(blocks, 'a', 'step', 0)
  return [...(stored ? [stored] : []), sortedColumn(Float64Array.from(x), Float64Array.from(y))]
}

/** Numbers of the first and last point of each bucket, looked for one by one. */
function bucketsOf(column: PointColumn, { from, to, width }: View): number[][] {
  const part = equalParts({ from, to, width })
  const buckets = Array.from({ length: width }, (): number[] => [])
  for (let at = 0, bucket = 0; at < column.count; at++) {
    const x = column.x(at)
    if (x < from || x > to) continue
    while (bucket < width - 1 && x >= part(bucket + 1)) bucket++
    buckets[bucket]!.push(at)
  }
  return buckets
}

/** The points whose value is the smallest, or the largest, of some. */
function extremesAmong(column: PointColumn, points: readonly number[]): number[] {
  const all = noExtremes()
  for (const point of points) include(all, column.value(point), point)
  return all.minAt < 0 ? [] : [all.minAt, all.maxAt]
}

describe('a line', () => {
  test('has the smallest and the largest of all points of each bucket, at their own x, at any zoom', () => {
    fc.assert(
      fc.property(
        series,
        fc.integer({ min: 1, max: 700 }),
        fc.double({ min: -0.1, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (points, rows, start, share, width) => {
          for (const column of columnsOf(points, rows)) {
            const extent = column.count > 0 ? column.x(column.count - 1) + 1 : 1
            const from = start * extent
            const view = { from, to: from + share * extent, width }
            const line = lineOf(column, view)
            const drawn = new Set(Array.from(line.x, (x, at) => `${x} ${line.y[at]}`))
            const exact = bucketsOf(column, view)
            const inView = exact.flat()
            const [first, end] = [inView[0] ?? 0, (inView.at(-1) ?? -1) + 1]
            const { cuts } = rangesOf(column, first, end, width, equalParts(view))
            for (let bucket = 0; bucket < width; bucket++) {
              const [here, next] = [cuts[bucket]!, cuts[bucket + 1]!]
              const members = inView.filter((point) => point >= here && point < next)
              for (const point of extremesAmong(column, members))
                expect(drawn).toContain(`${column.x(point)} ${column.value(point) + 0}`)
              const isExact = inView.length <= 2 * CELL * width || !column.summarizedUpTo
              if (isExact) expect(members).toEqual(exact[bucket])
              else if (bucket > 0) expect((exact.slice(bucket).flat()[0] ?? end) - here).toBeLessThan(CELL)
            }
            expect(line.points).toBe(inView.length)
            for (const [at, x] of line.x.entries()) if (at > 0) expect(x).toBeGreaterThanOrEqual(line.x[at - 1]!)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('is drawn to the edges of the view by a point on either side', () => {
    const column = sortedColumn(Float64Array.of(0, 10, 20), Float64Array.of(1, 2, 3))
    const { x, points, exact } = lineOf(column, { from: 5, to: 15, width: 10 })
    expect({ x: [...x], points, exact }).toEqual({ x: [0, 10, 20], points: 1, exact: true })
  })

  test('has a gap and a mark where a value is not finite', () => {
    const x = Float64Array.from({ length: 5 }, (_, n) => n)
    const { y, marksX, marks } = lineOf(sortedColumn(x, Float64Array.of(1, Number.NaN, Infinity, -Infinity, 2)), {
      from: 0,
      to: 4,
      width: 100,
    })
    expect([...y]).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 2])
    expect([[...marksX], [...marks]]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  test('has a mark of each kind in a bucket that is thinned', () => {
    const values = Float64Array.from({ length: 1_000 }, (_, n) => (n === 500 || n === 501 ? Number.NaN : n))
    const line = lineOf(
      sortedColumn(
        values.map((_, n) => n),
        values,
      ),
      { from: 0, to: 999, width: 2 },
    )
    expect([[...line.marksX], [...line.marks]]).toEqual([[500], [1]])
    expect(line.exact).toBe(false)
  })

  test('of nothing, or of a view beside all points, is empty', () => {
    const none = sortedColumn(new Float64Array(0), new Float64Array(0))
    expect(lineOf(none, { from: 0, to: 1, width: 10 })).toMatchObject({ points: 0, exact: true })
    const one = sortedColumn(Float64Array.of(5), Float64Array.of(1))
    expect(lineOf(one, { from: 6, to: 7, width: 10 }).points).toBe(0)
    expect(lineOf(one, { from: 5, to: 5, width: 10 })).toMatchObject({ points: 1, x: Float64Array.of(5) })
  })
})

test('steps that run back are put in order, those that are equal stay in theirs', () => {
  const column = sortedColumn(Float64Array.of(3, 1, 2, 1), Float64Array.of(30, 10, 20, 11))
  expect([...column.values(0, 4)]).toEqual([10, 11, 20, 30])
})
