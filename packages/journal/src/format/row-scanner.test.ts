import * as fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JournalCursor } from './cursor.ts'
import { decodeRecord, encodeLog } from './records.ts'
import { RowScanner } from './row-scanner.ts'
import { temporaryPaths } from './testing/folder.ts'

const newPath = temporaryPaths('journal.jsonl')

type Row = { readonly step: number; readonly time: number; readonly data: Readonly<Record<string, number>> }

/** Any bits that are a number, and those that trainings log. */
const numbers = fc.oneof(
  fc.double(),
  fc.double({ min: -10, max: 10 }),
  fc.integer(),
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1e6),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 1e21, 5e-324, 1.7976931348623157e308, Number.NaN, Infinity, -Infinity),
)
const keys = fc.oneof(fc.string(), fc.constantFrom('train/loss', '__proto__', '7', 'a"b', 'ключ', '\ud800'))
const rows = fc.record({
  step: fc.nat(),
  time: fc.integer({ min: 0, max: 2e12 }),
  data: fc.dictionary(keys, numbers, { minKeys: 1, maxKeys: 6 }),
})

/** What a scanner makes of a line; undefined: it leaves it to others. */
function scanned(scanner: RowScanner, line: string | Uint8Array): Row | undefined {
  const bytes = Buffer.from(line)
  if (scanner.scan(bytes, 0) !== bytes.length - 1) return undefined
  const { step, time, values } = scanner
  return { step, time, data: Object.fromEntries(scanner.keys.map((key, at) => [key, values[at]!])) }
}

function parsed(line: string): Row {
  const { step, time, data } = decodeRecord(line) as { type: 'log' } & Row
  return { step, time, data: { ...data } }
}

test('reads a row like one before as JSON.parse does, bit for bit', () => {
  fc.assert(
    fc.property(rows, fc.array(numbers, { minLength: 6, maxLength: 6 }), (row, others) => {
      const scanner = new RowScanner()
      scanner.learn(row.data)
      const next = { ...row, data: Object.fromEntries(Object.keys(row.data).map((key, at) => [key, others[at]!])) }
      const line = encodeLog(next)
      expect(scanned(scanner, line)).toEqual(parsed(line))
    }),
    { numRuns: 2_000 },
  )
})

test('takes no line that is read otherwise, however it is damaged', () => {
  const damage = fc.record({
    at: fc.nat(),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0123.-+eE"{},: '))),
    cut: fc.boolean(),
  })
  fc.assert(
    fc.property(rows, damage, ({ data, ...rest }, { at, byte, cut }) => {
      const scanner = new RowScanner()
      scanner.learn(data)
      const bytes = Buffer.from(encodeLog({ ...rest, data }))
      const place = at % bytes.length
      const damaged = cut
        ? Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)])
        : Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place + 1)])
      const row = scanned(scanner, damaged)
      if (row) expect(row).toEqual(parsed(damaged.toString()))
    }),
    { numRuns: 5_000 },
  )
})

test('rounds numbers of any length as JSON.parse does', () => {
  const texts = fc
    .tuple(
      fc.boolean(),
      fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,20}$/)),
      fc.stringMatching(/^(\.\d{1,25})?$/),
      fc.stringMatching(/^([eE][+-]?\d{1,3})?$/),
    )
    .map(([negative, whole, fraction, exponent]) => `${negative ? '-' : ''}${whole}${fraction}${exponent}`)
  // Half way between two doubles, and one digit beside.
  const ties = fc
    .tuple(fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }), fc.integer({ min: -1, max: 1 }))
    .map(([n, beside]) => String(2n * BigInt(n) + 1n + BigInt(beside)))
  const scanner = new RowScanner()
  scanner.learn({ loss: 1 })
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        ties,
        ties.chain((digits) => fc.nat(15).map((n) => `${digits.slice(0, 1 + n)}.${digits.slice(1 + n) || '0'}`)),
      ),
      (text) => {
        const line = `{"type":"log","step":1,"time":1,"data":{"loss":${text}}}\n`
        expect(scanned(scanner, line)?.data['loss']).toBe(JSON.parse(text))
      },
    ),
    { numRuns: 5_000 },
  )
})

test('knows rows of several kinds, and refuses what it has not met', () => {
  const scanner = new RowScanner()
  const line = (data: Readonly<Record<string, number>>): string => encodeLog({ step: 1, time: 1, data })
  expect(scanned(scanner, line({ a: 1 }))).toBeUndefined()
  scanner.learn({ a: 1 })
  scanner.learn({ a: 1, b: 1 })
  expect(scanned(scanner, line({ a: 2 }))?.data).toEqual({ a: 2 })
  expect(scanned(scanner, line({ a: 3, b: 4 }))?.data).toEqual({ a: 3, b: 4 })
  expect(scanned(scanner, line({ b: 4, a: 3 }))).toBeUndefined()
  expect(scanned(scanner, line({}))).toBeUndefined()
})

test.each([
  ['a step that is no whole number', '{"type":"log","step":1.5,"time":1,"data":{"a":1}}\n'],
  ['a time of year 12,000', '{"type":"log","step":1,"time":316516516516516,"data":{"a":1}}\n'],
  ['a word', '{"type":"log","step":1,"time":1,"data":{"a":"NAN"}}\n'],
  ['white space', '{"type":"log","step":1,"time":1,"data":{"a": 1}}\n'],
  ['a carriage return', '{"type":"log","step":1,"time":1,"data":{"a":1}}\r\n'],
  ['a number that begins with 0', '{"type":"log","step":1,"time":1,"data":{"a":01}}\n'],
  ['a number without digits', '{"type":"log","step":1,"time":1,"data":{"a":-}}\n'],
  ['a point without digits', '{"type":"log","step":1,"time":1,"data":{"a":1.}}\n'],
  ['an exponent without digits', '{"type":"log","step":1,"time":1,"data":{"a":1e+}}\n'],
  ['something behind it', '{"type":"log","step":1,"time":1,"data":{"a":1}}}\n'],
])('leaves %s to JSON.parse', (_, line) => {
  const scanner = new RowScanner()
  scanner.learn({ a: 1 })
  expect(scanned(scanner, line)).toBeUndefined()
})

test('a cursor gives what nobody takes as bytes, in order, and knows where it is', () => {
  const path = newPath()
  const lines = [1, 2, 3, 4, 5].map((step) => encodeLog({ step, time: step, data: { [step === 3 ? 'b' : 'a']: step } }))
  writeFileSync(path, `${lines.slice(0, 3).join('')}damage\n${lines.slice(3).join('')}`)
  const scanner = new RowScanner()
  scanner.learn({ a: 1 })
  const seen: [how: string, step: number, at: number][] = []
  const cursor: JournalCursor = new JournalCursor(path, {
    scan: (bytes, from) => {
      const end = scanner.scan(bytes, from)
      if (end >= 0) seen.push(['bytes', scanner.step, cursor.position])
      return end
    },
  })
  for (const record of cursor.read()) if (record.type === 'log') seen.push(['record', record.step, cursor.offset])
  const at = (line: number): number => lines.slice(0, line).join('').length + (line > 2 ? 'damage\n'.length : 0)
  expect(seen).toEqual([
    ['bytes', 1, 0],
    ['bytes', 2, at(1)],
    ['record', 3, at(2)],
    ['bytes', 4, at(3)],
    ['bytes', 5, at(4)],
  ])
  expect(cursor.damage.dropped).toBe(1)
  expect(cursor.atEnd).toBe(true)
  cursor.close()
})
