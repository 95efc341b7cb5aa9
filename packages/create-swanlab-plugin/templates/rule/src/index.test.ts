import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conforms, testRun } from '@swanlab/core/testing'
import { MyRule } from './index.ts'

// What every good plugin does, in the training, in the background process and in a replay.
for (const { title, check } of conforms(() => new MyRule({ key: 'loss', limit: 0.9 }))) test(title, check)

test('a value above the limit is one alert, until one was all right again', async () => {
  const training = await testRun({ callbacks: new MyRule({ key: 'loss', limit: 1 }) })
  for (const loss of [0.5, 2, Number.NaN, 1, 3]) training.log({ loss })
  training.log({ other: 9 })
  assert.deepEqual(
    training.alerts.map(({ title, step }) => [title, step]),
    [
      ['loss is 2', 1],
      ['loss is 3', 4],
    ],
  )
  await training.finish()
})

test('when it stays so, the training is asked to stop', async () => {
  const training = await testRun({ callbacks: new MyRule({ key: 'loss', limit: 1, patience: 3 }) })
  for (let step = 0; step < 10 && !training.run.signal.aborted; step++) training.log({ loss: 2 })
  assert.equal(training.rows.length, 3)
  assert.equal(training.stopRequests.length, 1)
  await training.finish()
})

test('options that are wrong are refused at once', () => {
  assert.throws(() => new MyRule({ key: 'loss', limit: Number.NaN }), { code: 'INVALID_OPTION' })
})
