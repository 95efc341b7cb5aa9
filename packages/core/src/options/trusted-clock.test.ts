import { describe, expect, test } from 'vitest'
import { trustedClock } from './trusted-clock.ts'

test('a clock that tells the time is believed', () => {
  let now = 5.5
  const clock = trustedClock(() => now++, expect.unreachable)
  expect([clock(), clock()]).toEqual([5.5, 6.5])
})

describe.each<[string, () => unknown, string]>([
  ['NaN', () => Number.NaN, 'returned NaN'],
  ['nothing', () => undefined, 'returned undefined'],
  ['text', () => '2026-01-01', 'returned "2026-01-01"'],
  ['a date', () => new Date(), 'returned an object'],
  ['a time before 1970', () => -1, 'returned -1'],
  ['a time that no date can name', () => 1e300, 'returned 1e+300'],
  ['a time after the year 9999', () => 253_402_300_800_000, 'returned 253402300800000'],
  [
    'an exception',
    () => {
      throw new Error('broken')
    },
    'threw an error',
  ],
])('a clock that answers with %s', (_, answer, problem) => {
  test('is replaced, and reported once', () => {
    const reports: string[] = []
    const clock = trustedClock(answer, (level, message) => reports.push(`${level}: ${message}`))
    const before = Date.now()
    expect(clock()).toBeGreaterThanOrEqual(before)
    expect(clock()).toBeLessThanOrEqual(Date.now())
    expect(reports).toEqual([
      `warn: settings.clock ${problem}, which is no number of milliseconds since 1970; the system's clock is used.`,
    ])
  })
})

test('once wrong, a clock is not asked again: time does not jump back and forth', () => {
  let asked = 0
  const clock = trustedClock(
    () => (asked++ === 0 ? Number.NaN : 5),
    () => {},
  )
  clock()
  expect(clock()).toBeGreaterThan(5)
  expect(asked).toBe(1)
})
