import { expect, it } from 'vitest'
import type { ColumnSummary } from '../../protocol/runs.ts'
import { metricValue, parseMetricField } from './metric-field.ts'

it('reads the last part of a field as what is asked of a metric', () => {
  expect(parseMetricField('train/loss.min')).toEqual({ key: 'train/loss', field: 'min' })
  expect(parseMetricField('v1.loss.max-step')).toEqual({ key: 'v1.loss', field: 'max-step' })
  expect(['loss', 'loss.', '.min', 'optim.lr', ''].map(parseMetricField)).toEqual(Array(5).fill(undefined))
})

it('answers with what is known of the metric', () => {
  const columns: readonly ColumnSummary[] = [
    {
      key: 'loss',
      kind: 'scalar',
      section: '',
      count: 3,
      nonFinite: 1,
      last: 'NaN',
      lastStep: 2,
      min: 0.5,
      minStep: 1,
    },
  ]
  expect(metricValue(columns, 'loss', 'last')).toBe('NaN')
  expect(metricValue(columns, 'loss', 'min')).toBe(0.5)
  expect(metricValue(columns, 'loss', 'min-step')).toBe(1)
  expect(metricValue(columns, 'loss', 'max')).toBeUndefined()
  expect(metricValue(columns, 'other', 'min')).toBeUndefined()
})
