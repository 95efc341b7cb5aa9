import { expect, test } from 'vitest'
import { LastLines } from './last-lines.ts'

test('the last 20 lines are kept, each cut to 200 characters', () => {
  const lines = new LastLines()
  expect(lines.list).toEqual([])
  for (let line = 1; line <= 75; line++) lines.add({ line, level: 'info', text: `line ${line}`, time: line })
  const early = lines.list
  expect(early.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, at) => at + 56))
  lines.add({ line: 76, level: 'warn', text: `${'x'.repeat(198)}🦢 and more`, time: 76 })
  expect(lines.list.at(-1)).toEqual({ line: 76, level: 'warn', text: `${'x'.repeat(198)}…`, time: 76 })
  expect(early.at(-1)?.line).toBe(75)
  lines.clear()
  expect(lines.list).toEqual([])
})
