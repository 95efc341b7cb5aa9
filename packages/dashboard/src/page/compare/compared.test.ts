import { expect, it } from 'vitest'
import type { RunDetail, RunRow } from '../../protocol/runs.ts'
import { difference, metricRows } from './compared.ts'

const column = (key: string, last: number, min: number, max: number) =>
  ({ key, kind: 'scalar', section: '', count: 2, nonFinite: 0, last, min, max }) as const

it('compares last and best of every metric that any run has', () => {
  const run = {} as RunRow
  const detail = (columns: RunDetail['columns']): RunDetail => ({ columns }) as RunDetail
  const rows = metricRows([
    { run, detail: detail([column('loss', 0.2, 0.1, 3)]) },
    { run, detail: detail([column('loss', 0.4, 0.3, 2), column('accuracy', 0.8, 0.1, 0.9)]) },
    { run, detail: undefined },
  ])
  expect(rows).toEqual([
    { key: 'loss', field: 'last', values: [0.2, 0.4, undefined] },
    { key: 'loss', field: 'min', values: [0.1, 0.3, undefined] },
    { key: 'accuracy', field: 'last', values: [undefined, 0.8, undefined] },
    { key: 'accuracy', field: 'max', values: [undefined, 0.9, undefined] },
  ])
})

it('tells a difference as a number and as a part of the baseline', () => {
  expect(difference(3, -2)).toEqual({ by: 5, part: 2.5 })
  expect(difference(3, 0)).toEqual({ by: 3, part: undefined })
  expect(difference('NaN', 1)).toBeUndefined()
  expect(difference(1, undefined)).toBeUndefined()
})
