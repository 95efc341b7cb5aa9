import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'
import { ParseFailure } from './parsed.ts'

function failureOf(text: string): [reason: string, offset: number | undefined] {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof ParseFailure) return [error.message, error.offset]
    throw error
  }
  throw new Error('it was parsed')
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

describe('parseJson', () => {
  it.each([
    ['{"a": 1,}', 'expected a key in double quotes', 8],
    ['{"a" 1}', 'expected ":"', 5],
    ['{"a": nul}', 'expected a value', 6],
    ['[1 2]', 'expected "," or "]"', 3],
    ["{'a': 1}", 'expected a key in double quotes', 1],
    ['{"a": 01}', 'expected a value', 6],
    ['{"a": "x\ny"}', 'a line break or control character within quotes', 8],
    ['{"a": "\\x"}', 'unknown escape sequence', 7],
    ['{} {}', 'the value has already ended here', 3],
    ['{"a": 1', 'expected "," or "}", but the file ends here', 7],
    ['{"a', 'a closing quote is missing, but the file ends here', 3],
    ['', 'expected a value, but the file ends here', 0],
  ])('says where %j is wrong', (text, reason, offset) => {
    expect(failureOf(text)).toEqual([reason, offset])
  })

  it('agrees with JSON.parse about what is JSON', () => {
    const nearJson = fc.oneof(
      fc.json(),
      fc.string({ unit: fc.constantFrom(...'{}[],:"\\ tru0.e-+1n\n'.split('')) }),
      fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[],:"\\x0 '.split(''))).map(([text, at, char]) => {
        const index = at % (text.length + 1)
        return text.slice(0, index) + char + text.slice(index)
      }),
    )
    fc.assert(
      fc.property(nearJson, (text) => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(() => parseJson(text)).toThrow(ParseFailure)
          return
        }
        expect(parseJson(text).data).toEqual(expected)
      }),
      { seed: 1, numRuns: 1000 },
    )
  })

  it('finds every value', () => {
    const text = '{"a": [1, {"b\\n": "x"}], "c":\n null, "c": true}'
    const { offsetOf } = parseJson(text)
    expect(text.slice(offsetOf(['a', 1, 'b\n']))).toMatch(/^"x"/)
    expect(text.slice(offsetOf(['a', 0]))).toMatch(/^1/)
    expect(text.slice(offsetOf(['c']))).toMatch(/^true/)
    expect(offsetOf([])).toBe(0)
    expect(offsetOf(['a', 2])).toBeUndefined()
  })

  it('bounds nesting', () => {
    expect(parseJson(nested(100)).data).toHaveLength(1)
    expect(failureOf(nested(101))).toEqual(['nested more than 100 levels deep', 100])
    expect(failureOf('['.repeat(1e6))[1]).toBe(100)
  })

  it('takes long texts full of escapes, and keeps __proto__ a plain key', () => {
    expect(parseJson(`{"a": "${'\\n'.repeat(1e6)}"}`).data).toEqual({ a: '\n'.repeat(1e6) })
    const { data } = parseJson('{"__proto__": {"polluted": true}}')
    expect(Object.keys(Object(data))).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
