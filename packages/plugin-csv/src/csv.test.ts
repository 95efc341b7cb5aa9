import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellText, numberText, parseCsv, quote } from './csv.ts'
import { defuse, undefuse } from './formula.ts'

const STARTS_FORMULA = /^[=+\-@\t\r＝＋－＠]/
/** Text made mostly of what CSV and spreadsheets treat specially. */
const hostileText = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', '\r', '\n', '\t', ' ', "'", '=', '+', '-', '@', '＝', '\u200B', 'a', '1'),
  }),
  fc.string({ unit: 'grapheme' }),
)

function cellsOf(text: string): string[][] {
  return [...parseCsv(text)].map(({ cells }) => cells)
}

describe('cells', () => {
  it('read back exactly as they were written, whatever ends the lines', () => {
    const rows = fc.array(fc.array(hostileText, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (table, newline, endsWithNewline) => {
        const text = table.map((row) => row.map(quote).join(',')).join(newline) + (endsWithNewline ? newline : '')
        expect(cellsOf(text)).toEqual(table)
      }),
    )
  })

  it('never begin as a formula does, and give the text back', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const cell = cellText(text)
        expect(cell).not.toMatch(STARTS_FORMULA)
        expect(cell.replace(/^[\s'"\u200B]*/, '')).toSatisfy(
          (rest: string) => cell.startsWith("'") || !STARTS_FORMULA.test(rest),
        )
        expect(undefuse(cell)).toBe(text)
        expect(defuse(undefuse(cell))).toBe(cell)
      }),
    )
  })

  it.each([
    '=1+1',
    '+1',
    '-1.5',
    '@SUM(A1)',
    '\tx',
    '\rx',
    '＝1',
    '＋1',
    '－1',
    '＠a',
    '  =1',
    '"=1',
    "'=1",
    '\u200B=1',
    '\0=1',
  ])('defuse %j', (text) => {
    expect(cellText(text)).toBe(`'${text}`)
  })

  it.each(['a=1', 'train-loss', "it's", '1-1', '(=1)', ''])('leave %j alone', (text) => {
    expect(cellText(text)).toBe(text)
  })

  it('hold numbers that read back as the same number, and are never defused', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Object.is(Number(cellText(value)), value)).toBe(true)
      }),
    )
    expect([-1.5, -0, NaN, Infinity, -Infinity].map(numberText)).toEqual(['-1.5', '-0', 'NaN', 'Infinity', '-Infinity'])
  })

  it('hold booleans, JSON and nothing', () => {
    expect([true, false, null, undefined, [1, 'a', [null]], {}].map((value) => cellText(value))).toEqual([
      'true',
      'false',
      '',
      '',
      '[1,"a",[null]]',
      '{}',
    ])
  })

  it('never hold half a character, which UTF-8 could not keep', () => {
    expect(cellText('a\uD800b')).toBe('a\uFFFDb')
    expect(cellText('\u{1F9A2}')).toBe('\u{1F9A2}')
  })

  it('are quoted when they must be', () => {
    expect(['a,b', 'a"b', 'a\nb', 'a\rb', ' a', 'a\t', 'a b', ''].map(quote)).toEqual([
      '"a,b"',
      '"a""b"',
      '"a\nb"',
      '"a\rb"',
      '" a"',
      '"a\t"',
      'a b',
      '',
    ])
  })
})

describe('parseCsv', () => {
  it('reads what other programs write', () => {
    expect(cellsOf('a,"b\r\nc"\r1,\n\n"x"y,z"\n,')).toEqual([['a', 'b\r\nc'], ['1', ''], [''], ['xy', 'z"'], ['', '']])
    expect(cellsOf('')).toEqual([])
  })

  it('gives every record with its own text and end', () => {
    const text = 'a,"b"\r\n\r\n1\n2'
    expect([...parseCsv(text)].map(({ raw, end }) => raw + end).join('')).toBe(text)
  })

  it('refuses a quote that is never closed', () => {
    expect(() => cellsOf('a,b\n1,"2\n3,4\n')).toThrow('a quote opened at character 7 is never closed')
  })
})
