import { describe, expect, it } from 'vitest'
import type { ColumnSummary } from '../../protocol/runs.ts'
import { withRows } from './live-columns.ts'

const loss: ColumnSummary = {
  key: 'loss',
  kind: 'scalar',
  section: 'default',
  count: 2,
  nonFinite: 0,
  last: 2,
  lastStep: 1,
  min: 2,
  minStep: 1,
  max: 3,
  maxStep: 0,
}

describe('what is known of a key', () => {
  it('goes on with rows that are logged', () => {
    const rows = [
      { step: 2, time: 0, data: { loss: 1 } },
      { step: 3, time: 0, data: { loss: 'NaN' as const } },
    ]
    expect(withRows([loss], rows)).toEqual([
      { ...loss, count: 4, nonFinite: 1, last: 'NaN', lastStep: 3, min: 1, minStep: 2 },
    ])
  })

  it('keeps the last value when a step is logged later that lies before it', () => {
    expect(withRows([loss], [{ step: 0, time: 0, data: { loss: 9 } }])![0]).toMatchObject({
      last: 2,
      max: 9,
      maxStep: 0,
    })
  })

  it('is asked for when a key is new', () => {
    expect(withRows([loss], [{ step: 0, time: 0, data: { accuracy: 1 } }])).toBeUndefined()
  })
})
