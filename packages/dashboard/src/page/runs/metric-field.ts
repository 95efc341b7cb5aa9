import type { JsonValue } from '@swanlab/core'
import type { ColumnSummary } from '../../protocol/runs.ts'

/** What a filter, and a column of the table, may ask of a metric: `train/loss.min`. */
export const METRIC_FIELDS = ['last', 'min', 'min-step', 'max', 'max-step', 'count'] as const
export type MetricField = (typeof METRIC_FIELDS)[number]

/** Undefined: this names no metric. */
export function parseMetricField(text: string): { readonly key: string; readonly field: MetricField } | undefined {
  const dot = text.lastIndexOf('.')
  const field = METRIC_FIELDS.find((one) => one === text.slice(dot + 1))
  return field === undefined || dot < 1 ? undefined : { key: text.slice(0, dot), field }
}

export function metricValue(columns: readonly ColumnSummary[], key: string, field: MetricField): JsonValue | undefined {
  const column = columns.find((one) => one.key === key && one.kind === 'scalar')
  switch (field) {
    case 'last':
      return column?.last
    case 'min':
      return column?.min
    case 'min-step':
      return column?.minStep
    case 'max':
      return column?.max
    case 'max-step':
      return column?.maxStep
    case 'count':
      return column?.count
  }
}
