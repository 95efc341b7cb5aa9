import { appendFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JournalCursor } from './cursor.ts'
import { JournalReader } from './reader.ts'
import { encodeLog, type JournalRecord } from './records.ts'
import { temporaryPaths } from './testing/folder.ts'
import { startCpuTimer } from '../../../core/src/data/testing/cpu-timer.ts'

const newPath = temporaryPaths('journal.jsonl')

const row = (step: number): string => encodeLog({ step, time: step, data: { loss: step } })

function journal(...parts: (string | Buffer)[]): string {
  const path = newPath()
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part))))
  return path
}

function stepsOf(records: Iterable<JournalRecord>): number[] {
  return Array.from(records, (record) => (record.type === 'log' ? record.step : NaN))
}

function read(...parts: (string | Buffer)[]): { steps: number[]; dropped: number; torn: boolean } {
  const reader = new JournalReader(journal(...parts))
  const steps = stepsOf(reader)
  return { steps, ...reader.damage }
}

test('reads a whole journal, also an empty one and one without a header', () => {
  expect(read(row(1), row(2))).toEqual({ steps: [1, 2], dropped: 0, torn: false })
  expect(read()).toEqual({ steps: [], dropped: 0, torn: false })
  expect(read('\n', row(1), '\n\n', row(2))).toEqual({ steps: [1, 2], dropped: 0, torn: false })
})

test('can be read again, and says anew what was left out', () => {
  const reader = new JournalReader(journal(row(1), 'damage\n', row(2)))
  expect([stepsOf(reader), stepsOf(reader)]).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(reader.damage.dropped).toBe(1)
})

test.each<[string, (string | Buffer)[], number[], number]>([
  ['a torn last line', [row(1), row(2).slice(0, -9)], [1], 1],
  ['a last line that lacks only its break', [row(1), row(2).slice(0, -1)], [1, 2], 0],
  ['a torn line that somebody continued after', [row(1), row(2).slice(0, 20), '\n', row(3)], [1, 3], 1],
  ['a torn line that somebody ran into', [row(1), row(2).slice(0, 20), row(3)], [1, 3], 1],
  ['a stretch of zeros in a line', [row(1).slice(0, 20), Buffer.alloc(5_000), row(1).slice(20), row(2)], [2], 1],
  ['a stretch of zeros before a line', [row(1), Buffer.alloc(5_000), row(2)], [1, 2], 1],
  ['zeros over a line and its break', [row(1), Buffer.alloc(50), row(3)], [1, 3], 1],
  ['zeros to the end', [row(1), Buffer.alloc(4_096)], [1], 1],
  ['an eaten break', [row(1).slice(0, -1), row(2), row(3)], [1, 2, 3], 0],
  ['two eaten breaks', [row(1).slice(0, -1), row(2).slice(0, -1), row(3)], [1, 2, 3], 0],
  ['a break that became another byte', [row(1).slice(0, -1), 'x', row(2), row(3)], [1, 2, 3], 0],
  ['a break that became a comma', [row(1).slice(0, -1), ',', row(2)], [1, 2], 0],
  ['a byte that became a break', [row(1).slice(0, 20), '\n', row(1).slice(21), row(2)], [2], 2],
  ['bytes that are no text', [row(1), Buffer.from([0xff, 0xfe, 0x0a]), row(2)], [1, 2], 1],
])('%s costs no more than it touches', (_, parts, steps, dropped) => {
  expect(read(...parts)).toMatchObject({ steps, dropped })
})

test('what looks like a record inside a damaged configuration is not one', () => {
  const inner = row(7).trimEnd()
  for (const config of [
    `{"type":"config","time":1,"config":{"a":${inner}`,
    `{"type":"config","time":1,"config":{"a":[1,${inner}`,
    `{"type":"config","time":1,"config"x${inner}}`,
    `{"type":"config","time":1,"config":${inner}`,
  ])
    expect(read(row(1), config, '\n', row(2))).toMatchObject({ steps: [1, 2], dropped: 1 })
})

test('a line beyond the longest one costs itself, and is not kept in memory', () => {
  const long = 'x'.repeat(500)
  const cursor = new JournalCursor(journal(row(1), `${long}\n`, row(2), long, row(3), row(4)), { maxLine: 100 })
  expect(stepsOf(cursor.read())).toEqual([1, 2, 4])
  expect(cursor.damage.dropped).toBe(2)
  cursor.close()
})

test('a hostile line takes time in proportion to its length', () => {
  const cpuTime = startCpuTimer()
  expect(read('{"type":"log",'.repeat(100_000), '\n', row(1))).toMatchObject({ steps: [1] })
  expect(cpuTime()).toBeLessThan(4_000)
})

test('records longer than a chunk, and many of them, come out whole', () => {
  const config = { type: 'config', time: 1, config: { text: '损失'.repeat(200_000) } }
  const path = journal(row(1), `${JSON.stringify(config)}\n`, ...Array.from({ length: 5_000 }, (_, i) => row(i + 2)))
  const records = [...new JournalReader(path)]
  expect(records).toHaveLength(5_002)
  expect(records[1]).toEqual(config)
  expect(records.at(-1)).toMatchObject({ step: 5_001 })
})

test('follows a journal that grows, byte by byte', () => {
  const path = journal()
  const cursor = new JournalCursor(path)
  const steps: number[] = []
  for (const byte of Buffer.from(row(1) + row(2) + row(3).slice(0, -1))) {
    appendFileSync(path, Buffer.of(byte))
    steps.push(...stepsOf(cursor.read()))
  }
  expect(steps).toEqual([1, 2])
  expect(stepsOf(cursor.end())).toEqual([3])
  expect(cursor.damage).toEqual({ dropped: 0, torn: true })
  cursor.close()
})

test('can be left at any record, and goes on behind it', () => {
  const cursor = new JournalCursor(journal(row(1), row(2), row(3)))
  for (const record of cursor.read()) if (record.type === 'log' && record.step === 2) break
  expect(stepsOf(cursor.read())).toEqual([3])
  expect([...cursor.end()]).toEqual([])
  cursor.close()
})

test('reads about as many bytes as it is asked for, and goes on behind them, also when no record is wanted', () => {
  const rows = Array.from({ length: 30_000 }, (_, at) => row(at))
  const path = journal(...rows)
  for (const only of [undefined, new Set(['finish'] as const)]) {
    const cursor = new JournalCursor(path, only ? { only } : {})
    const steps: number[] = []
    let parts = 0
    for (; !cursor.atEnd; parts++) steps.push(...stepsOf(cursor.read(1)))
    expect(parts).toBeGreaterThan(3)
    expect(steps).toEqual(only ? [] : rows.map((_, at) => at))
    cursor.close()
  }
})

test('knows where each record begins, in bytes, also behind damage', () => {
  const notText = Buffer.from([0xc3, 0x28, 0xff, 0x0a])
  const wide = Buffer.from('{"type":"requirements","time":1,"requirements":"é🦢"}\n')
  const cursor = new JournalCursor(journal(row(1), notText, wide, row(2), '\n', row(3).trimEnd()))
  const begins: number[] = []
  for (const records of [cursor.read(), cursor.end()]) for (const _ of records) begins.push(cursor.offset)
  const [one, two] = [row(1).length, row(1).length + notText.length]
  const three = two + wide.length
  expect(begins).toEqual([0, two, three, three + one + 1])
  cursor.close()
})
