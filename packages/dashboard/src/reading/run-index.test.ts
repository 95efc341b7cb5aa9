import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decodeRecord } from '@swanlab/journal'
import { finished } from '../testing/journals.ts'
import { RunIndex, type NewRow } from './run-index.ts'

const MiB = 1024 * 1024

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'swanlab-index-')))
})
afterEach(() => rmSync(dir, { recursive: true }))

function read(index: RunIndex): [row: NewRow, to: number][] {
  const told: [NewRow, number][] = []
  while (index.advance(MiB, (row, to) => told.push([row, to])) !== 'end');
  return told
}

test('tells each row behind a place, and none before it: a long journal costs no more than its end', () => {
  writeFileSync(join(dir, 'journal.jsonl'), finished(70_000))
  const index = new RunIndex(dir, undefined)
  const told = read(index)
  const bytes = readFileSync(join(dir, 'journal.jsonl'))
  expect(bytes.length - index.toldFrom).toBeLessThan(4.1 * MiB)
  const records = bytes
    .subarray(index.toldFrom)
    .toString()
    .split('\n')
    .map((line) => decodeRecord(line))
    .filter((record) => record?.type === 'log')
  expect(told.map(([{ step, data }]) => ({ step, data }))).toEqual(records.map(({ step, data }) => ({ step, data })))
  expect(bytes[told[0]![1] - 1]).toBe(0x0a)
  expect(index.facts.records).toBe(70_002)
  index.close()
})

test('has every value of a journal, whether a row is like the one before or not', () => {
  const rows = [
    '"a":1,"b":0.1',
    '"a":-0.30000000000000004,"b":2.5e-7',
    '"a":"NaN","b":12345678901234567890',
    '"b":3,"a":4',
    '"a":5',
    '"a":6,"b":"-Infinity"',
  ]
  const lines = rows.map((data, step) => `{"type":"log","step":${step},"time":${step},"data":{${data}}}\n`)
  writeFileSync(join(dir, 'journal.jsonl'), finished(0).replace('\n', `\n${lines.join('')}`))
  const index = new RunIndex(dir, undefined)
  read(index)
  const [block] = index.blocks
  expect([...block!.values('a', 0, 6)]).toEqual([1, -0.30000000000000004, Number.NaN, 4, 5, 6])
  expect([...block!.values('b', 0, 5)]).toEqual([0.1, 2.5e-7, 1.2345678901234567e19, 3, -Infinity])
  expect([...block!.rowsOf('b')!]).toEqual([0, 1, 2, 3, 5])
  index.close()
})
