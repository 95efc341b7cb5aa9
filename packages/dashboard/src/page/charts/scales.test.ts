import { describe, expect, it } from 'vitest'
import { Points } from './points.ts'
import { roundedRange, xRangeOf, yRangeOf } from './scales.ts'
import type { DrawnLine } from './drawn-line.ts'

const line = (y: readonly number[]): DrawnLine => ({
  run: 'a',
  group: false,
  raw: new Points(
    Float64Array.from(y, (_, at) => at),
    Float64Array.from(y),
  ),
  marks: new Points(new Float64Array(0), new Float64Array(0)),
  points: y.length,
  exact: true,
  indexed: 1,
  offset: 0,
})

describe('the range of an axis', () => {
  it('holds every value in view, gaps left aside', () => {
    const [low, high] = yRangeOf([line([1, Number.NaN, 5, 0.5])], [0, 3], false)
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(5)
  })

  it('is not widened by points beside the view', () => {
    expect(yRangeOf([line([100, 1, 2, 100])], [1, 2], false)[1]).toBeLessThan(3)
  })

  it('holds what is positive on a logarithmic axis', () => {
    const [low, high] = yRangeOf([line([-3, 0, 0.01, 10])], [0, 3], true)
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThan(0.01)
    expect(high).toBeGreaterThan(10)
  })

  it('is a range when there is one value, or none', () => {
    for (const log of [true, false])
      for (const y of [[], [Number.NaN], [0], [3], [3, 3], [1e300]]) {
        const [low, high] = yRangeOf([line(y)], [0, 2], log)
        expect(low).toBeLessThan(high)
      }
    expect(xRangeOf([7, 7])).toEqual([6.5, 7.5])
  })

  it('begins and ends where somebody says so', () => {
    expect(yRangeOf([line([1, 2])], [0, 2], false, { from: 0, to: 10 })).toEqual([0, 10])
    expect(yRangeOf([line([1, 2])], [0, 2], true, { from: -1 })[0]).toBeGreaterThan(0)
  })

  it('is rounded to what can be told apart on a screen', () => {
    expect(roundedRange(1628.8519531250001, 7069.000000000001)).toEqual([1629, 7069])
    expect(roundedRange(123_456.7, 987_654.3)).toEqual([123_500, 987_700])
    expect(roundedRange(0.123456, 0.234567)).toEqual([0.1235, 0.2346])
    expect(roundedRange(1e300, 1.5e300)[0]).toBeLessThan(1.5e300)
    expect(roundedRange(5e-324, 1e-323)).toEqual([5e-324, 1e-323])
  })
})
