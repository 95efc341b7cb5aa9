import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { conforms, testRun } from '@swanlab/core/testing'
import { MyExporter } from './index.ts'

// What every good plugin does, in the training, in the background process and in a replay.
for (const { title, check } of conforms((folder) => new MyExporter({ folder }))) test(title, check)

test('the file of a run says how it ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'my-plugin-'))
  const training = await testRun({ callbacks: new MyExporter({ folder }) })
  training.log({ loss: 0.5 })
  training.log({ loss: 0.25 })
  await training.finish()
  const { state, summary } = JSON.parse(readFileSync(join(folder, `${training.run.id}.json`), 'utf8'))
  assert.equal(state, 'finished')
  assert.equal(summary.loss.last, 0.25)
  rmSync(folder, { recursive: true })
})

test('options that are wrong are refused at once', () => {
  assert.throws(() => new MyExporter({ folder: '' }), { code: 'INVALID_OPTION' })
})
