import { expect, it } from 'vitest'
import { ExportCache } from './export-cache.ts'
import { Text } from './reads/sheet.ts'

const MIB = 1024 * 1024
const table = (bytes: number): Text => new Text([], bytes)

it('keeps the newest exports of one user', () => {
  const cache = new ExportCache()
  const keys = Array.from({ length: 51 }, () => cache.put('mallory', table(1)))
  expect(cache.get(keys[0]!)).toBeUndefined()
  expect(keys.slice(1).every((key) => cache.get(key))).toBe(true)
  expect(cache.get('none')).toBeUndefined()
})

it('evicts exports of the user who takes most, and always keeps the newest', () => {
  const cache = new ExportCache()
  const first = cache.put('alice', table(10 * MIB))
  const keys = Array.from({ length: 10 }, () => cache.put('mallory', table(40 * MIB)))
  expect(cache.get(first)).toBeDefined()
  expect(keys.map((key) => cache.get(key) !== undefined)).toEqual(keys.map((_, at) => at >= 4))
  const large = cache.put('alice', table(300 * MIB))
  expect(cache.get(large)).toBeDefined()
})
