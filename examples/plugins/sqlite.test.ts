import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { conforms, testRun } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { replay } from '@swanlab/journal'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SqliteExporter } from './sqlite.ts'

const CRASHED = fileURLToPath(new URL('../../test/fixtures/crashed-run', import.meta.url))

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sqlite-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function rowsIn(path: string, table: string): object[] {
  const db = new Database(path)
  const rows = db.prepare(`select * from ${table}`).all() as object[]
  db.close()
  return rows
}

const at = (place: string): SqliteExporter => new SqliteExporter({ path: join(place, 'runs.db') })

describe('a good plugin', () => {
  // The same rows need not be the same bytes.
  const observe = (place: string): object => ['run', 'step'].map((table) => rowsIn(join(place, 'runs.db'), table))
  for (const { title, check } of conforms(at, { places, observe })) test(title, check)
})

test('a step is one row, whatever it was logged in, and the run says how it ended', async () => {
  const training = await testRun({ callbacks: at(folder), clock: () => 1_000 })
  training.log({ loss: 0.5, "it's": 1 }, 3)
  training.log({ acc: Number.NaN, big: Infinity }, 3)
  training.log({ loss: 0.25 }, 4)
  const { id } = training.run
  expect(rowsIn(join(folder, 'runs.db'), 'run')).toEqual([{ id, project: 'test', name: 'test-run', state: 'running' }])
  await training.finish({ state: 'aborted' })
  expect(rowsIn(join(folder, 'runs.db'), 'run')).toMatchObject([{ state: 'aborted' }])
  expect(rowsIn(join(folder, 'runs.db'), 'step')).toEqual([
    { run: id, step: 3, time: 1_000, data: `{"loss":0.5,"it's":1,"acc":"NaN","big":"Infinity"}` },
    { run: id, step: 4, time: 1_000, data: '{"loss":0.25}' },
  ])
})

test('a run that is told twice is there once', async () => {
  cpSync(CRASHED, join(folder, 'run'), { recursive: true })
  await replay(join(folder, 'run'), at(folder), { report: () => {} })
  const once = rowsIn(join(folder, 'runs.db'), 'step')
  expect(once).toHaveLength(60)
  await replay(join(folder, 'run'), at(folder), { report: () => {} })
  expect(rowsIn(join(folder, 'runs.db'), 'step')).toEqual(once)
  expect(rowsIn(join(folder, 'runs.db'), 'run')).toMatchObject([{ project: 'iris', name: 'mlp-64', state: 'crashed' }])
})
