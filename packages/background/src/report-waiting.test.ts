import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reportWaiting } from './report-waiting.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

function waitFor(ms: number, terminal: boolean): string[] {
  const messages: string[] = []
  let awaited = 'mail, slack'
  const stop = reportWaiting({ report: (_, message) => messages.push(message), terminal, awaited: () => awaited })
  vi.advanceTimersByTime(Math.min(ms, 3_000))
  awaited = 'slack'
  vi.advanceTimersByTime(Math.max(0, ms - 3_000))
  stop()
  vi.advanceTimersByTime(60_000)
  return messages
}

test('a short wait is not reported', () => {
  expect(waitFor(999, true)).toEqual([])
})

test('on a terminal the report is repeated, with who is still awaited and for how long', () => {
  expect(waitFor(12_000, true)).toEqual([
    'Waiting for mail, slack …',
    'Still waiting for slack … 6 s',
    'Still waiting for slack … 11 s',
  ])
})

test('in a log file there is one report', () => {
  expect(waitFor(12_000, false)).toEqual(['Waiting for mail, slack …'])
})
