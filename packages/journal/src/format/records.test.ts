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

test('a number that JSON cannot hold is written as a string, and no other is', () => {
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
  ['a time with a digit too many', '{"type":"log","step":1,"time":17672256000001234,"data":{"a":1}}'],
  ['a time that is beyond all numbers', '{"type":"log","step":1,"time":1e999,"data":{"a":1}}'],
  ['a time that is a text', '{"type":"log","step":1,"time":"1767225600000","data":{"a":1}}'],
  [
    'a run that began at no time',
    '{"type":"header","format":1,"time":1,"run":{"id":"i","project":"p","startTime":1e17},"process":{"pid":1,"host":"h"}}',
  ],
  [
    'a configuration with 2,000 levels',
    `{"type":"config","time":1,"config":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_001)}`,
  ],
  ['a configuration that is a list', '{"type":"config","time":1,"config":[]}'],
  ['a state of nobody', '{"type":"finish","time":1,"state":"running","duration":1,"steps":1}'],
])('%s is no record', (_, line) => {
  expect(decodeRecord(line)).toBeUndefined()
})

const beginning = (run: object): string =>
  JSON.stringify({
    type: 'header',
    format: 1,
    time: 1,
    run: { id: 'i', project: 'p', startTime: 1, ...run },
    process: { pid: 1, host: 'h' },
  })

test.each([
  ['tags', 'a'],
  ['tags', [1]],
  ['colors', ['#528d59']],
  ['config', [1]],
  ['experimentName', 7],
  ['callbacks', [{ name: 1 }]],
  ['url', null],
  ['mode', 'elsewhere'],
])('a damaged %s does not cost the run its header', (name, value) => {
  const sound = decodeRecord(beginning({})) as JournalRecord & { type: 'header' }
  expect(sound.run).toEqual({ id: 'i', project: 'p', startTime: 1, experimentName: 'i', tags: [], callbacks: [] })
  expect(decodeRecord(beginning({ [name]: value }))).toEqual(sound)
})

test.each([
  ['error', { name: 'E', message: 7 }],
  ['error', { name: 'E', message: 'm', stack: 7 }],
  ['cause', { type: 'killed' }],
  ['cause', { type: 'constructor' }],
  ['lastStep', -1],
  ['losses', { records: 'x' }],
])('a damaged %s does not cost the run its end', (name, value) => {
  const finish = { type: 'finish', time: 1, state: 'crashed', duration: 1, steps: 1 }
  expect(decodeRecord(JSON.stringify({ ...finish, [name]: value }))).toEqual({ ...finish, losses: {} })
})
