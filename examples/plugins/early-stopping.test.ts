import { conforms, testRun } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { describe, expect, test } from 'vitest'
import { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts'

describe('a good plugin', () => {
  for (const { title, check } of conforms(() => new EarlyStopping({ key: 'loss', patience: 2 }), { places }))
    test(title, check)
})

/** Steps that a training takes which heeds its signal. */
async function train(options: Partial<EarlyStoppingOptions>, values: readonly number[]): Promise<number> {
  await using training = await testRun({ callbacks: new EarlyStopping({ key: 'loss', ...options }) })
  for (const loss of values) {
    training.log({ loss, other: 1 })
    if (training.run.signal.aborted) break
  }
  expect(training.stopRequests.length).toBeLessThanOrEqual(1)
  return training.rows.length
}

test.each<[what: string, options: Partial<EarlyStoppingOptions>, values: number[], steps: number]>([
  ['goes on while it improves', { patience: 2 }, [5, 4, 3, 2, 1], 5],
  ['stops after `patience` values that are no better', { patience: 2 }, [5, 4, 4, 4.5, 3, 2], 4],
  ['counts again from each better value', { patience: 2 }, [5, 5, 4, 4, 3, 3, 3, 2], 7],
  ['takes what is better by `minDelta` or less for no better', { patience: 2, minDelta: 1 }, [5, 4.5, 4, 1], 3],
  ['looks for high values in mode max', { patience: 2, mode: 'max' }, [1, 2, 3, 2, 2.5, 9], 5],
  ['takes NaN for no better, also as the first value', { patience: 2 }, [Number.NaN, 5, Number.NaN, Number.NaN, 1], 4],
  ['stops when there is nothing but NaN', { patience: 3 }, [Number.NaN, Number.NaN, Number.NaN, 1], 3],
  ['has a patience of 10', {}, Array.from({ length: 20 }, () => 1), 11],
])('it %s', async (_, options, values, steps) => {
  expect(await train(options, values)).toBe(steps)
})

test('the reason names the metric, its best value and the step', async () => {
  await using training = await testRun({ callbacks: new EarlyStopping({ key: 'eval/loss', patience: 1 }) })
  training.log({ eval: { loss: 0.5 } })
  training.log({ eval: { loss: 0.6 } })
  expect(training.stopRequests).toEqual([
    { callback: 'EarlyStopping', reason: 'eval/loss was not better than 0.5 in 1 values, the last at step 1' },
  ])
})
