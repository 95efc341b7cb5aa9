import { describe, expect, it } from 'vitest'
import type { ColumnSummary } from '../../protocol/runs.ts'
import { newRows, withRows } from './live-columns.ts'

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
      { step: 2, time: 0, data: { loss: 1 }, to: 30 },
      { step: 3, time: 0, data: { loss: 'NaN' as const }, to: 40 },
    ]
    expect(withRows([loss], rows)).toEqual([
      { ...loss, count: 4, nonFinite: 1, last: 'NaN', lastStep: 3, min: 1, minStep: 2 },
    ])
  })

  it('keeps the last value when a step is logged later that lies before it', () => {
    expect(withRows([loss], [{ step: 0, time: 0, data: { loss: 9 }, to: 30 }])![0]).toMatchObject({
      last: 2,
      max: 9,
      maxStep: 0,
    })
  })

  it('goes on behind what is known, where an answer lies in the middle of what is told', () => {
    const rows = [30, 40, 50].map((to) => ({ step: to, time: 0, data: {}, to }))
    expect([0, 30, 35, 50].map((offset) => newRows(rows, offset).map(({ step }) => step))).toEqual([
      [30, 40, 50],
      [40, 50],
      [40, 50],
      [],
    ])
  })

  it('is asked for when a key is new', () => {
    expect(withRows([loss], [{ step: 0, time: 0, data: { accuracy: 1 }, to: 30 }])).toBeUndefined()
  })
})
