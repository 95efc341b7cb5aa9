import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { CheckpointFile, type Checkpoint } from './checkpoint.ts'

let dir: string
const here = { server: 'http://h', id: 'r1' }
const target = {
  workspace: 'alice',
  project: 'cats',
  projectId: 'P',
  experimentId: 'r1',
  series: true,
  url: 'http://h/@alice/cats/runs/r1',
  lines: 0,
}
const checkpoint: Checkpoint = { target, lanes: { log: { offset: 10, sent: 2 } } }
const write = (value: unknown): void => writeFileSync(join(dir, 'upload.json'), JSON.stringify(value))
const load = (): Checkpoint | undefined => new CheckpointFile(dir, here).load()

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'checkpoint-'))
  writeFileSync(join(dir, 'journal.jsonl'), 'x'.repeat(100))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('a checkpoint is stored by server and run', () => {
  const other = new CheckpointFile(dir, { ...here, server: 'http://other' })
  new CheckpointFile(dir, here).save(checkpoint)
  expect(load()).toEqual(checkpoint)
  expect(other.load()).toBeUndefined()
  other.save({ ...checkpoint, lanes: {} })
  expect(load()).toEqual(checkpoint)
})

test.each([null, 5, 'x', [], {}, { 'http://h r1': null }, { 'http://h r1': { target: { experimentId: 'r1' } } }])(
  'an upload.json of %j is ignored, and replaced',
  (content) => {
    write(content)
    expect(load()).toBeUndefined()
    new CheckpointFile(dir, here).save(checkpoint)
    expect(load()).toEqual(checkpoint)
    expect(Object.keys(JSON.parse(readFileSync(join(dir, 'upload.json'), 'utf8')) as object)).toEqual(['http://h r1'])
  },
)

test.each([
  null,
  { offset: 'abc', sent: 1 },
  { offset: -1, sent: 0 },
  { offset: 101, sent: 0 },
  { offset: 5, sent: 1.5 },
])('what is at %j is uploaded from its beginning', (damaged) => {
  write({ 'http://h r1': { target, lanes: { log: damaged, media: { offset: 100, sent: 0 } } } })
  expect(load()).toEqual({ target, lanes: { media: { offset: 100, sent: 0 } } })
})

test.each([undefined, null, 7])('"lanes" of %j are read as none', (lanes) => {
  write({ 'http://h r1': { target, lanes } })
  expect(load()).toEqual({ target, lanes: {} })
})
