import { describe, expect, it } from 'vitest'
import { parsePort, parseSeconds, parseStep, parseTime } from './parse.ts'

describe('values of options', () => {
  it.each([
    ['2026-04-01T10:15:00Z', Date.UTC(2026, 3, 1, 10, 15)],
    ['2026-04-01T10:15:00.5+08:00', Date.UTC(2026, 3, 1, 2, 15, 0, 500)],
    ['2026-04-01 10:15', new Date(2026, 3, 1, 10, 15).getTime()],
    ['2026-04-01', new Date(2026, 3, 1).getTime()],
    ['1775038500', 1_775_038_500_000],
    ['1775038500.25', 1_775_038_500_250],
    ['1775038500000', 1_775_038_500_000],
  ])('%s is a time', (text, time) => expect(parseTime(text)).toBe(time))

  it.each(['', 'yesterday', '2026-13-01', '2026-04-01T25:00', '-5', '2026-04-01Z', '1e9'])('%j is none', (text) =>
    expect(() => parseTime(text)).toThrow('It takes a time'),
  )

  it('numbers are whole and bounded', () => {
    expect([parsePort('0'), parsePort('65535'), parseStep('7'), parseSeconds('0.5')]).toEqual([0, 65_535, 7, 500])
    for (const wrong of ['', '65536', '-1', '1.5', '0x10', ' 1']) expect(() => parsePort(wrong)).toThrow('whole number')
    for (const wrong of ['', '-1', '1e3', 'Infinity']) expect(() => parseSeconds(wrong)).toThrow('number of seconds')
  })
})
