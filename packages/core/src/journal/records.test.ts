import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecord, encodeLog, type JournalRecord } from './records.ts'
import { anyRecord, encode } from './testing/records.ts'

test('every record is one line, and comes back as it was', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const line = encode(record)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(decodeRecord(line.slice(0, -1))).toEqual(record)
    }),
    { numRuns: 1_000 },
  )
})

test('what JSON cannot say of a number is said in words, and only then', () => {
  const data = { a: NaN, b: Infinity, c: -Infinity, d: 1e-7, ':null': 0 }
  const line = encodeLog({ step: 1, time: 2, data })
  expect(line).toBe(
    '{"type":"log","step":1,"time":2,"data":{"a":"NaN","b":"Infinity","c":"-Infinity","d":1e-7,":null":0}}\n',
  )
  expect(decodeRecord(line)).toEqual({ type: 'log', step: 1, time: 2, data })
})

test('a key that is special in JavaScript is a key like any other', () => {
  const data = JSON.parse('{"__proto__":1,"constructor":2}') as Record<string, number>
  const read = decodeRecord(encodeLog({ step: 0, time: 0, data })) as JournalRecord & { type: 'log' }
  expect(Object.entries(read.data)).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ])
})

test.each([
  ['nothing', ''],
  ['no JSON', '{"type":"log","step":1,"ti'],
  ['no object', '[]'],
  ['no type', '{"time":1}'],
  ['a type of nobody', '{"type":"toString","time":1}'],
  ['a later type', '{"type":"media","time":1}'],
  ['no time', '{"type":"log","step":1,"data":{}}'],
  ['a step below zero', '{"type":"log","step":-1,"time":1,"data":{}}'],
  ['a step that is no whole number', '{"type":"log","step":1.5,"time":1,"data":{}}'],
  ['a step beyond all steps', '{"type":"log","step":1e15,"time":1,"data":{}}'],
  ['data that is a list', '{"type":"log","step":1,"time":1,"data":[1]}'],
  ['a value that is no number', '{"type":"log","step":1,"time":1,"data":{"a":null}}'],
  ['a value that is another text', '{"type":"log","step":1,"time":1,"data":{"a":"nan"}}'],
  ['a run without an id', '{"type":"header","format":1,"time":1,"run":{"project":"p","startTime":1},"process":{}}'],
  ['a run without a start', '{"type":"resume","time":1,"run":{"id":"i","project":"p"},"process":{}}'],
  ['a configuration that is a list', '{"type":"config","time":1,"config":[]}'],
  ['a state of nobody', '{"type":"finish","time":1,"state":"running","duration":1,"steps":1}'],
])('%s is no record', (_, line) => {
  expect(decodeRecord(line)).toBeUndefined()
})
