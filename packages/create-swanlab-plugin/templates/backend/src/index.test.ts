import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { getRun, init, type Run } from '@swanlab/core'
import { conforms } from '@swanlab/core/testing'
import { MyBackend } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'my-plugin-'))
after(() => rmSync(folder, { recursive: true }))

// What every good plugin does.
for (const { title, check } of conforms((place) => new MyBackend({ folder: place }))) test(title, check)

const rowsOf = ({ id }: Run): unknown[] =>
  readFileSync(join(folder, `${id}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; step: number; data: object })
    .flatMap(({ type, step, data }) => (type === 'log' ? [[step, data]] : []))

test('a row is in the file when log() returns, and a run that is resumed goes on behind it', async () => {
  const start = (resume: 'allow' | 'must'): Promise<Run> =>
    init({ project: 'test', id: 'abc', resume, callbacks: [new MyBackend({ folder })] })
  await assert.rejects(start('must'), /abc/)
  const run = await start('allow')
  run.log({ loss: Number.NaN })
  assert.deepEqual(rowsOf(run), [[0, { loss: 'NaN' }]])
  await run.finish()
  const resumed = await start('must')
  resumed.log({ loss: 0.5 })
  assert.deepEqual(rowsOf(resumed), [
    [0, { loss: 'NaN' }],
    [1, { loss: 0.5 }],
  ])
  await resumed.finish()
  assert.equal(getRun(), undefined)
})

test('options that are wrong are refused at once', () => {
  assert.throws(() => new MyBackend({ folder: '' }), { code: 'INVALID_OPTION' })
})
