import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedColumn } from '../columns/run-column.ts'
import type { Smoothing } from '../protocol/series.ts'
import { SmoothedColumn, smoothedMemory } from './smoothed-column.ts'

const smooth = (values: Float64Array, x: Float64Array, how: Smoothing): Float64Array =>
  new SmoothedColumn(new SortedColumn(x, values), how, smoothedMemory(1e6)).values(0, values.length)

const steps = (count: number): Float64Array => Float64Array.from({ length: count }, (_, n) => n)
const finite = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 200 })

test('an exponential average is that of TensorBoard', () => {
  fc.assert(
    fc.property(finite, fc.double({ min: 0, max: 0.999, noNaN: true }), (values, weight) => {
      let last = 0
      const right = values.map((value, n) => {
        last = last * weight + (1 - weight) * value
        return last / (1 - weight ** (n + 1))
      })
      const smoothed = smooth(Float64Array.from(values), steps(values.length), { kind: 'ema', weight })
      for (const [n, value] of smoothed.entries()) expect(value).toBeCloseTo(right[n]!, 6)
    }),
  )
})

test('what is constant stays so, however it is smoothed', () => {
  const values = new Float64Array(50).fill(7)
  for (const how of [
    { kind: 'ema', weight: 0.9 },
    { kind: 'time-ema', weight: 0.9 },
    { kind: 'window', size: 11 },
    { kind: 'ema', weight: 0.9, log: true },
  ] as const)
    for (const value of smooth(values, steps(50), how)) expect(value).toBeCloseTo(7, 9)
})

test('a time-weighted average of evenly spaced points is the plain one', () => {
  const values = Float64Array.from({ length: 100 }, (_, n) => Math.sin(n))
  const plain = smooth(values, steps(100), { kind: 'ema', weight: 0.9 })
  const timed = smooth(
    values,
    steps(100).map((x) => 5 * x),
    { kind: 'time-ema', weight: 0.9 },
  )
  for (const [n, value] of timed.entries()) expect(value).toBeCloseTo(plain[n]!, 9)
})

test('a time-weighted average forgets more over a longer distance', () => {
  const values = Float64Array.of(0, 0, 1)
  const near = smooth(values, Float64Array.of(0, 1, 2), { kind: 'time-ema', weight: 0.9 })
  const far = smooth(values, Float64Array.of(0, 1, 100), { kind: 'time-ema', weight: 0.9 })
  expect(far[2]).toBeGreaterThan(near[2]!)
  expect(smooth(values, Float64Array.of(0, 0.5, 2), { kind: 'time-ema', weight: 0.9 })[2]).toBeGreaterThan(near[2]!)
})

test('a window is the mean of the points around each, as many before as behind', () => {
  fc.assert(
    fc.property(finite, fc.integer({ min: 1, max: 30 }), (values, size) => {
      const half = Math.floor((size - 1) / 2)
      const smoothed = smooth(Float64Array.from(values), steps(values.length), { kind: 'window', size })
      for (const [n, value] of smoothed.entries()) {
        const reach = Math.min(half, n, values.length - 1 - n)
        const around = values.slice(n - reach, n + reach + 1)
        expect(value).toBeCloseTo(around.reduce((sum, one) => sum + one, 0) / around.length, 6)
      }
    }),
  )
})

test.each([
  { kind: 'ema', weight: 0.9 },
  { kind: 'time-ema', weight: 0.9 },
  { kind: 'window', size: 5 },
] as const)('what is not finite stays as it is, and costs its neighbours nothing: %j', (how) => {
  const values = Float64Array.of(1, Number.NaN, 1, Infinity, 1, -Infinity, 1)
  expect([...smooth(values, steps(7), how)].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([...values])
})

test.each([
  { kind: 'ema', weight: 0, log: true },
  { kind: 'window', size: 1, log: true },
] as const)('in the logarithm, what is not positive is left out: %j', (how) => {
  expect([...smooth(Float64Array.of(1, -1, 0, 100), steps(4), how)]).toEqual([
    expect.closeTo(1, 9),
    Number.NaN,
    Number.NaN,
    expect.closeTo(100, 9),
  ])
})

test('in the logarithm, a mean is the geometric one', () => {
  expect(smooth(Float64Array.of(1, 10, 100), steps(3), { kind: 'window', size: 3, log: true })[1]).toBeCloseTo(10, 9)
})

test('a window is not spoilt by a value before it that was very large', () => {
  const values = new Float64Array(5_000).fill(1)
  values[100] = 1e300
  const smoothed = smooth(values, steps(values.length), { kind: 'window', size: 51 })
  expect(smoothed[126]).toBe(1)
  expect(smoothed[4_999]).toBe(1)
})
