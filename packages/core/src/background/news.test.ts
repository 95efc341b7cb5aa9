import { expect, test } from 'vitest'
import { newsIn } from './news.ts'

test('our own word is taken as such', () => {
  const news = { type: 'report', level: 'warn', message: 'it rains' }
  expect(newsIn(JSON.stringify(news))).toEqual(news)
})

test.each(['hello', '42', 'null', '{"type":"other"}', '{"type":', '[]'])(
  'what a callback prints is shown: %s',
  (line) => {
    expect(newsIn(line)).toEqual({ type: 'report', level: 'info', message: line })
  },
)

test('an endless line is cut, an empty one is nothing', () => {
  expect(newsIn('x'.repeat(1_000_000))).toMatchObject({ message: 'x'.repeat(1_000) })
  expect(newsIn(' ')).toBeUndefined()
})
