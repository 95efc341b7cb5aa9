import { describe, expect, it } from 'vitest'
import type { JsonValue } from '@swanlab/core'
import type { ColumnSummary, RunRow } from '../../protocol/runs.ts'
import { cellOf, columnsAtFirst, columnsFor, compareCells, durationOf } from './columns.ts'

const run = (config: RunRow['config']): RunRow => ({
  key: 'a',
  id: 'a',
  name: 'a',
  project: 'p',
  tags: ['x', 'y'],
  state: 'finished',
  startTime: 1_000,
  endTime: 5_000,
  lastTime: 9_000,
  lastStep: 7,
  size: 1,
  config,
})
const runs = [run({ lr: 0.1, seed: 1 }), run({ lr: 0.2, seed: 1 })]
const all = columnsFor(runs, ['system/gpu', 'acc', 'loss', 'lr', 'extra'])

describe('the columns of the table', () => {
  it('are at first last and best of the metrics that matter most, then what differs', () => {
    expect(columnsAtFirst(all)).toEqual([
      ...['state', 'why', 'duration', 'step'],
      ...['loss.last', 'loss.min', 'loss.min-step'],
      ...['acc.last', 'acc.max', 'acc.max-step'],
      ...['lr.last', 'lr.min', 'lr.min-step'],
      'config.lr',
    ])
  })

  it('hold what is known of a run', () => {
    const summary: ColumnSummary = {
      key: 'loss',
      kind: 'scalar',
      section: '',
      count: 2,
      nonFinite: 0,
      last: 1,
      min: 0.5,
    }
    const cell = (id: string) =>
      cellOf(
        all.find((column) => column.id === id)!,
        runs[0]!,
        [summary],
      )
    expect(['state', 'duration', 'tags', 'config.seed', 'loss.min', 'loss.max', 'acc.last'].map(cell)).toEqual([
      ...['finished', 4_000, 'x, y', 1, 0.5, undefined, undefined],
    ])
  })
})

it('sorts numbers as numbers, with what is absent or NaN at the end either way', () => {
  const values: (JsonValue | undefined)[] = [undefined, 'run-10', 10, 'NaN', 'run-9', 9, '-Infinity', null]
  const sorted = (descending: boolean) => values.toSorted((a, b) => compareCells(a, b, descending))
  expect(sorted(false)).toEqual(['-Infinity', 9, 10, null, 'run-9', 'run-10', 'NaN', undefined])
  expect(sorted(true)).toEqual(['run-10', 'run-9', null, 10, 9, '-Infinity', 'NaN', undefined])
})

it('takes the last record of a run that has not ended for its end, whatever the clock here says', () => {
  expect(durationOf({ ...runs[0]!, endTime: undefined })).toBe(8_000)
  expect(durationOf({ ...runs[0]!, startTime: 0 })).toBeUndefined()
})
