import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JournalReader } from './reader.ts'
import { decodeRecord, encodeRecord, JOURNAL_FORMAT, RECORD_START } from './records.ts'
import { temporaryFolder } from './testing/folder.ts'

const text = readFileSync(new URL('../../../../docs/journal.md', import.meta.url), 'utf8')
const sections = new Map(text.split(/^##+ /m).map((part) => [/^[^\n]*/.exec(part)![0].replaceAll('`', ''), part]))
const types = /\(\?:([a-z|]+)\)/.exec(RECORD_START.source)![1]!.split('|')

interface Documented {
  readonly members: readonly string[]
  readonly optional: readonly string[]
}

/** Members in the table of a section. */
function documented(section: string): Documented {
  const rows = [...sections.get(section)!.matchAll(/^\| `(\w+)` +\|([^\n]*)/gm)]
  const names = rows.map(([, name]) => name!)
  return { members: names, optional: names.filter((_, row) => rows[row]![2]!.includes('_optional_')) }
}

function block(section: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'm').exec(sections.get(section)!)![1]!
}

function exampleOf(type: string): string {
  return block(type, 'jsonl').trimEnd()
}

test('the document describes this format, and every type of record', () => {
  expect(text).toContain(`This page describes format ${JOURNAL_FORMAT}.`)
  expect(types.filter((type) => !sections.has(type))).toEqual([])
})

describe.each(types)('%s', (type) => {
  test('its example is a record, written as the code writes it', () => {
    const record = decodeRecord(exampleOf(type))!
    expect(record.type).toBe(type)
    if (record.type !== 'log') expect(encodeRecord(record)).toBe(`${exampleOf(type)}\n`)
  })

  test('its table names the members of the example, and tells which may be absent', () => {
    expectTableOf(type, JSON.parse(exampleOf(type)) as object)
  })

  test('without a member that is not optional it would not be read', () => {
    const { members, optional } = documented(type)
    const needed = members.filter((name) => !optional.includes(name) && !UNCHECKED.has(`${type}.${name}`))
    const example = JSON.parse(exampleOf(type)) as object
    const read = needed.filter((name) => decodeRecord(JSON.stringify({ ...example, [name]: undefined })))
    expect(read).toEqual([])
  })
})

test('the tables of the run and the process name the members of the examples', () => {
  for (const type of ['header', 'resume']) {
    const { run, process } = JSON.parse(exampleOf(type)) as { run: object; process: object }
    expectTableOf('The run', run)
    expectTableOf('The process', process)
  }
})

test('the damaged example is read as the document says', () => {
  const path = temporaryFolder()('journal.jsonl')
  writeFileSync(path, block('Reading a damaged journal', 'damaged').trimEnd())
  const reader = new JournalReader(path)
  const steps = Array.from(reader, (record) => (record.type === 'log' ? record.step : NaN))
  expect([steps, reader.damage]).toEqual([[0, 2, 3], { dropped: 2, torn: true }])
})

/** Members that a reader can do without. */
const UNCHECKED = new Set(['header.format', 'column.kind', 'finish.losses'])

function expectTableOf(section: string, example: object): void {
  const { members, optional } = documented(section)
  const present = Object.keys(example)
  expect(present.filter((name) => !members.includes(name))).toEqual([])
  expect(members.filter((name) => !optional.includes(name) && !present.includes(name))).toEqual([])
}
