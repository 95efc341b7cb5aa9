import { assert, double, integer, property, boolean } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placing, valueAt } from './scale.ts'
import { ticksOf, timeTicks } from './ticks.ts'

const linear = (from: number, to: number): { from: number; to: number; log: boolean } => ({ from, to, log: false })
const any = double({ noNaN: true, noDefaultInfinity: true })

describe('ticks', () => {
  it('are numbers that can be read', () => {
    expect(ticksOf(linear(0, 1), 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticksOf(linear(-0.13, 0.31), 5)).toEqual([-0.1, 0, 0.1, 0.2, 0.3])
    expect(ticksOf(linear(0, 999_999), 6)).toEqual([0, 200_000, 400_000, 600_000, 800_000])
    expect(ticksOf({ from: 0.001, to: 1_000, log: true }, 8)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1_000])
    expect(ticksOf({ from: 1, to: 20, log: true }, 8)).toEqual([1, 2, 5, 10, 20])
    expect(ticksOf({ from: 2, to: 3, log: true }, 5)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3])
  })

  it('are times as a clock has them', () => {
    expect(timeTicks(linear(0, 7_200), 6, 1)).toEqual([0, 1_800, 3_600, 5_400, 7_200])
    expect(timeTicks(linear(0, 0.5), 5, 1)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    // Where the clock is half an hour off.
    expect(timeTicks(linear(3_600_000, 14_400_000), 4, 1_000, 1_800_000)).toEqual([5_400_000, 9_000_000, 12_600_000])
  })

  it.each([
    [2 ** 53, 2 ** 53 + 2],
    [2 ** 53 - 1, 2 ** 53],
    [1e300, 1.1e300],
    [-1.7e308, 1.7e308],
    [5e-324, 1e-323],
    [1e16, 1e16 + 2],
  ])('come to an end between %d and %d', (from, to) => {
    for (const log of [false, from > 0]) {
      const ticks = ticksOf({ from, to, log }, 6)
      expect(ticks.length).toBeLessThanOrEqual(14)
      for (const tick of ticks) expect(tick >= from && tick <= to).toBe(true)
    }
    expect(timeTicks(linear(from, to), 6, 1).length).toBeLessThanOrEqual(14)
  })

  it('are in order, in sight, and not too many, wherever an axis begins and ends', () => {
    assert(
      property(any, any, integer({ min: 1, max: 30 }), boolean(), (a, b, most, log) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        if (from === to || (log && from <= 0)) return
        const ticks = ticksOf({ from, to, log }, most)
        expect(ticks.length).toBeLessThanOrEqual(Math.max(6, 2 * most + 2))
        for (const [at, tick] of ticks.entries())
          expect(tick >= from && tick <= to && tick > (ticks[at - 1] ?? -Infinity)).toBe(true)
      }),
    )
  })
})

describe('a scale', () => {
  it('leads from a value to its place and back', () => {
    assert(
      property(any, any, double({ min: 0, max: 1, noNaN: true }), boolean(), (a, b, place, log) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        // Two numbers that are next to each other have nothing between them.
        if (!(to - from > 1e-9 * Math.max(Math.abs(from), Math.abs(to))) || (log && from <= 0)) return
        if (Math.max(Math.abs(from), Math.abs(to)) < 1e-300) return
        const scale = { from, to, log }
        expect(placing(scale)(valueAt(scale, place))).toBeCloseTo(place, 4)
      }),
    )
    expect([0, 0.5, 1].map((place) => valueAt({ from: 1, to: 100, log: true }, place))).toEqual([
      1,
      expect.closeTo(10, 9),
      expect.closeTo(100, 9),
    ])
    expect(placing({ from: 1, to: 100, log: true })(0)).toBe(-Infinity)
  })
})
