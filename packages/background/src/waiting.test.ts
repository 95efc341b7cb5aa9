import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { tellOfWaiting } from './waiting.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

function waitFor(ms: number, terminal: boolean): string[] {
  const said: string[] = []
  let awaited = 'mail, slack'
  const stop = tellOfWaiting({ report: (_, message) => said.push(message), terminal, awaited: () => awaited })
  vi.advanceTimersByTime(Math.min(ms, 3_000))
  awaited = 'slack'
  vi.advanceTimersByTime(Math.max(0, ms - 3_000))
  stop()
  vi.advanceTimersByTime(60_000)
  return said
}

test('a short wait is nobody’s concern', () => {
  expect(waitFor(999, true)).toEqual([])
})

test('a terminal hears again and again who is still awaited, and for how long', () => {
  expect(waitFor(12_000, true)).toEqual([
    'Waiting for mail, slack …',
    'Still waiting for slack … 6 s',
    'Still waiting for slack … 11 s',
  ])
})

test('a file hears it once', () => {
  expect(waitFor(12_000, false)).toEqual(['Waiting for mail, slack …'])
})
