import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { include, noExtremes, type Extremes } from './point-column.ts'
import { buildPyramid, includeRange } from './pyramid.ts'

const value = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 4, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0) },
)

function bruteForce(values: Float64Array, from: number, to: number): Extremes {
  const all = noExtremes()
  for (let point = from; point < to; point++) include(all, values[point]!, point)
  return all
}

test.each([
  ['noise', fc.array(value, { minLength: 1, maxLength: 3_000 }).map((all) => Float64Array.from(all))],
  [
    'a slope',
    fc.integer({ min: 1, max: 40_000 }).map((count) => Float64Array.from({ length: count }, (_, n) => count - n)),
  ],
])('a range of a pyramid of %s has the extremes of all its points', (_name, series) => {
  fc.assert(
    fc.property(series, fc.nat(), fc.nat(), (values, one, other) => {
      const [a, b] = [one % (values.length + 1), other % (values.length + 1)]
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const pyramid = buildPyramid(values)
      const read = (first: number, end: number): Float64Array => values.subarray(first, end)
      const right = bruteForce(values, from, to)
      const exact = noExtremes()
      includeRange(exact, pyramid, read, from, to, 0, true)
      expect([exact.min, exact.minAt, exact.max, exact.maxAt, exact.finite]).toEqual([
        right.min,
        right.minAt,
        right.max,
        right.maxAt,
        right.finite,
      ])
      const quick = noExtremes()
      includeRange(quick, pyramid, read, from, to, 0, false)
      expect([quick.min, quick.minAt, quick.max, quick.maxAt]).toEqual([right.min, right.minAt, right.max, right.maxAt])
      if (Number.isFinite(right.sum)) expect(Math.abs(exact.sum - right.sum)).toBeLessThanOrEqual(1e-9 * sizeOf(values))
    }),
    { numRuns: 200 },
  )
})

const sizeOf = (values: Float64Array): number =>
  values.reduce((sum, one) => (Number.isFinite(one) ? sum + Math.abs(one) : sum), 1)
