import { expect, it } from 'vitest'
import { ExportShelf } from './export-shelf.ts'

it('keeps what waits within bounds, the newest in any case', () => {
  const shelf = new ExportShelf()
  const keys = Array.from({ length: 101 }, (_, at) => shelf.put(String(at)))
  expect(shelf.get(keys[0]!)).toBeUndefined()
  expect(shelf.get(keys[1]!)).toBe('1')
  const large = 'x'.repeat(256 * 1024 * 1024 + 1)
  const last = shelf.put(large)
  expect(shelf.get(keys[100]!)).toBeUndefined()
  expect(shelf.get(last)).toHaveLength(large.length)
  expect(shelf.get('none')).toBeUndefined()
})
