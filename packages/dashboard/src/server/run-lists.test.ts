import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord } from '@swanlab/journal'
import { expect, onTestFinished, test } from 'vitest'
import { Reader } from '../reading/reader.ts'
import { HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, writeRun } from '../testing/watched.ts'
import { FolderSource } from './folder-source.ts'
import { RunLists } from './run-lists.ts'

function listsOver(folder: string): RunLists {
  const reader = new Reader()
  onTestFinished(() => reader.close())
  // Each look of this test sees the folder as it is.
  const source = { title: '', find: () => undefined, list: () => new FolderSource([folder]).list() }
  return new RunLists({ source, reader, showsFolders: true })
}

test('a page whose stream is open gets what has changed alone, however often others have looked meanwhile', async () => {
  const folder = temporaryFolder()
  const [a, b] = ['run-a', 'run-b'].map((name) => writeRun(folder, name, encodeRecord(HEADER) + rows(1))) as [
    string,
    string,
  ]
  const lists = listsOver(folder)
  const first = await lists.look('me')
  expect(lists.changes(await lists.look('me'), first)).toBeUndefined()
  for (let step = 1; step < 70; step++) {
    appendFileSync(join(a, 'journal.jsonl'), rows(1, step))
    await lists.look(`viewer ${step}`)
  }
  rmSync(b, { recursive: true })
  const now = await lists.look('me')
  expect(lists.changes(now, first)).toMatchObject({
    rows: [{ key: 'run-a', lastStep: 69 }],
    gone: ['run-b'],
    all: false,
  })
  expect(lists.changes(now, first)!.rows[0]).not.toHaveProperty('config')
  // Of a version that is too old to be known, everything is sent.
  expect(lists.changes(now, first.version)).toMatchObject({ rows: [{ key: 'run-a', config: { lr: 1 } }], all: true })
})

test('rows that have not changed are the same objects at the next look', async () => {
  const folder = temporaryFolder()
  for (const name of ['run-a', 'run-b']) writeRun(folder, name, encodeRecord(HEADER) + rows(1))
  const lists = listsOver(folder)
  const first = await lists.look('me')
  appendFileSync(join(folder, 'run-b', 'journal.jsonl'), rows(1, 1))
  const now = await lists.look('somebody else')
  expect(now.rows.map((row, at) => row === first.rows[at])).toEqual([true, false])
})
