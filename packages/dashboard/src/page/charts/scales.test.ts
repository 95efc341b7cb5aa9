import { describe, expect, it } from 'vitest'
import { Points } from './points.ts'
import { roundedRange, xScaleOf, yRangeOf } from './scales.ts'
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
    expect(xScaleOf([7, 7])).toEqual({ from: 6.5, to: 7.5, log: false })
  })

  it('begins and ends where somebody says so', () => {
    expect(yRangeOf([line([1, 2])], [0, 2], false, { from: 0, to: 10 })).toEqual([0, 10])
    expect(yRangeOf([line([1, 2])], [0, 2], true, { from: -1 })[0]).toBeGreaterThan(0)
  })

  it.each([
    [5e-324, 5e-324],
    [2 ** 53, 2 ** 53],
    [2 ** 53, 2 ** 53 + 2],
    [1e300, 1e300],
    [-1.7e308, 1.7e308],
    [0, 0],
  ])('has an inside, and an end, for values from %d to %d', (low, high) => {
    for (const log of [false, true])
      for (const trimmed of [false, true]) {
        const [from, to] = yRangeOf([line([low, high])], [0, 1], log, {}, trimmed)
        expect(from).toBeLessThan(to)
        expect([from, to].every(Number.isFinite)).toBe(true)
        if (log) expect(from).toBeGreaterThan(0)
      }
    for (const least of [undefined, high > 0 ? high : 1]) {
      const { from, to } = xScaleOf([low, high], least)
      expect(from).toBeLessThan(to)
      expect([from, to].every(Number.isFinite)).toBe(true)
    }
  })

  it('leaves outliers aside when asked to, but never what most points are', () => {
    const noise = Array.from({ length: 1_000 }, (_, at) => Math.sin(at))
    noise[500] = 1e6
    const [low, high] = yRangeOf([line(noise)], [0, 999], false, {}, true)
    expect([low, high]).toEqual([expect.closeTo(-1.1, 1), expect.closeTo(1.1, 1)])
    expect(yRangeOf([line(noise)], [0, 999], false)[1]).toBeGreaterThan(1e6)
    // Too few to tell.
    expect(yRangeOf([line([1, 2, 1_000])], [0, 2], false, {}, true)[1]).toBeGreaterThan(1_000)
  })

  it('begins at the first positive x when it is logarithmic', () => {
    expect(xScaleOf([0, 100], 1)).toEqual({ from: 1, to: 100, log: true })
    expect(xScaleOf([10, 100], 1)).toEqual({ from: 10, to: 100, log: true })
    expect(xScaleOf([-5, 0], undefined)).toEqual({ from: -5, to: 0, log: false })
  })

  it('is rounded to what can be told apart on a screen', () => {
    expect(roundedRange(1628.8519531250001, 7069.000000000001)).toEqual([1629, 7069])
    expect(roundedRange(123_456.7, 987_654.3)).toEqual([123_500, 987_700])
    expect(roundedRange(0.123456, 0.234567)).toEqual([0.1235, 0.2346])
    expect(roundedRange(1e300, 1.5e300)[0]).toBeLessThan(1.5e300)
    expect(roundedRange(5e-324, 1e-323)).toEqual([5e-324, 1e-323])
  })
})
