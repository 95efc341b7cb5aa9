import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { block, formatDuration, formatNumber, oneLine, tail } from './format.ts'

const EN = { ms: ' ms', s: ' s', min: ' min', h: ' h', d: ' d' }
const ZH = { ms: ' 毫秒', s: ' 秒', min: ' 分', h: ' 小时', d: ' 天' }

describe('numbers for people', () => {
  test.each([
    [0.1 + 0.2, '0.3'],
    [1 / 3, '0.333333'],
    [123_456_789, '123456789'],
    [123_456.789, '123457'],
    [1e-7, '1e-7'],
    [1.234_567_89e-10, '1.23457e-10'],
    [-0, '0'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })
})

describe('durations for people', () => {
  test.each([
    [-5, '0 ms', '0 毫秒'],
    [850, '850 ms', '850 毫秒'],
    [12_345, '12.3 s', '12.3 秒'],
    [59_999, '59.9 s', '59.9 秒'],
    [60_000, '1 min', '1 分'],
    [723_000, '12 min 3 s', '12 分 3 秒'],
    [3_600_000 + 7 * 60_000, '1 h 7 min', '1 小时 7 分'],
    [2 * 86_400_000 + 4 * 3_600_000, '2 d 4 h', '2 天 4 小时'],
  ])('%d ms is %s', (ms, en, zh) => {
    expect(formatDuration(ms, EN)).toBe(en)
    expect(formatDuration(ms, ZH)).toBe(zh)
  })
})

describe('text of any origin', () => {
  test('one line has neither line breaks, nor colours, nor a turned reading direction', () => {
    expect(oneLine(' a\r\n\tb\u2028c \u001B[31mred\u001B[0m \u202Egnp.exe\u0000 ', 80)).toBe('a b c red gnp.exe')
  })

  test('a block keeps its lines and its indentation', () => {
    expect(block('\n  first\r\n\tsecond\u0007\n\n', 80)).toBe('  first\n\tsecond')
  })

  test('what is cut says so: the beginning is kept of a block, the end of a tail', () => {
    expect(block('0123456789', 5)).toBe('0123…')
    expect(tail('0123456789', 5)).toBe('…6789')
    expect(tail('01234', 5)).toBe('01234')
  })

  test('passwords in addresses and webhooks do not get through', () => {
    const text = oneLine('postgres://me:hunter2@db/x and https://hooks.slack.com/services/T0/B0/token', 200)
    expect(text).not.toMatch(/hunter2|token/)
  })

  test('nothing is ever longer than asked for, ill-formed, or hard to print', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 50 }), (text, max) => {
        for (const result of [oneLine(text, max), block(text, max), tail(text, max)]) {
          expect(result.length).toBeLessThanOrEqual(max)
          expect(result).not.toMatch(/\p{Cs}|[^\P{Cc}\n\t]/u)
        }
        expect(oneLine(text, max)).not.toMatch(/[\n\r\t\u2028\u2029]/)
      }),
      { seed: 1 },
    )
  })
})
