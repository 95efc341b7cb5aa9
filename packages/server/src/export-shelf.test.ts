import { expect, it } from 'vitest'
import { ExportShelf } from './export-shelf.ts'
import { Text } from './reads/sheet.ts'

const MIB = 1024 * 1024
const table = (bytes: number): Text => new Text([], bytes)

it('of one user keeps the newest', () => {
  const shelf = new ExportShelf()
  const keys = Array.from({ length: 51 }, () => shelf.put('mallory', table(1)))
  expect(shelf.get(keys[0]!)).toBeUndefined()
  expect(keys.slice(1).every((key) => shelf.get(key))).toBe(true)
  expect(shelf.get('none')).toBeUndefined()
})

it('makes room where it is taken up most, and keeps the newest in any case', () => {
  const shelf = new ExportShelf()
  const first = shelf.put('alice', table(10 * MIB))
  const keys = Array.from({ length: 10 }, () => shelf.put('mallory', table(40 * MIB)))
  expect(shelf.get(first)).toBeDefined()
  expect(keys.map((key) => shelf.get(key) !== undefined)).toEqual(keys.map((_, at) => at >= 4))
  const large = shelf.put('alice', table(300 * MIB))
  expect(shelf.get(large)).toBeDefined()
})
