import { expect, it } from 'vitest'
import { isTooDeep } from './json-depth.ts'

const nested = (depth: number): unknown => JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2))

it('takes what is nested as people nest things, and is not overwhelmed by more', () => {
  expect([1, null, 'x', {}, nested(2), nested(100)].map(isTooDeep)).toEqual([false, false, false, false, false, false])
  expect(isTooDeep(nested(102))).toBe(true)
  expect(isTooDeep(nested(400_000))).toBe(true)
})
