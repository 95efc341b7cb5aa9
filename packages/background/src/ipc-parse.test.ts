import { expect, test } from 'vitest'
import { parseMessage } from './ipc-parse.ts'

test('a message of ours is taken as such', () => {
  const message = { type: 'report', level: 'warn', message: 'it rains' }
  expect(parseMessage(JSON.stringify(message))).toEqual(message)
})

test.each(['hello', '42', 'null', '{"type":"other"}', '{"type":', '[]'])(
  'what a callback prints is shown: %s',
  (line) => {
    expect(parseMessage(line)).toEqual({ type: 'report', level: 'info', message: line })
  },
)

test('an endless line is cut, an empty one is nothing', () => {
  expect(parseMessage('x'.repeat(1_000_000))).toMatchObject({ message: 'x'.repeat(1_000) })
  expect(parseMessage(' ')).toBeUndefined()
})
