import type { JsonValue } from '@swanlab/core'
import type { ColumnSummary, RunRow } from '../../protocol/runs.ts'
import { differences, flatten } from '../compare/differences.ts'
import { reasonOf } from '../runs/reason.ts'
import { metricValue, type MetricField } from '../runs/metric-field.ts'

export const RUN_FIELDS = ['state', 'why', 'started', 'duration', 'step', 'tags', 'project'] as const
export type RunField = (typeof RUN_FIELDS)[number]

/** A column of the table. Its `id` is what a filter calls it, too, where there is such a field. */
export type TableColumn =
  | { readonly id: string; readonly group: 'run'; readonly field: RunField }
  | {
      readonly id: string
      readonly group: 'config'
      readonly key: string
      readonly differs: boolean
      readonly isNumber: boolean
    }
  | { readonly id: string; readonly group: 'metric'; readonly key: string; readonly field: MetricField }

const METRIC_COLUMNS = ['last', 'min', 'min-step', 'max', 'max-step', 'count'] as const
/** Columns that there are at first, of each kind; the others are a choice away. */
const CONFIG_AT_FIRST = 5
const METRICS_AT_FIRST = 3

/** Every column that the table can have. */
export function columnsFor(runs: readonly RunRow[], metrics: readonly string[]): readonly TableColumn[] {
  const { differing, same } = differences(runs.map(({ config }) => flattened(config)))
  const differs = new Set(differing.map(({ key }) => key))
  return [
    ...RUN_FIELDS.map((field): TableColumn => ({ id: field, group: 'run', field })),
    ...metrics.flatMap((key) =>
      METRIC_COLUMNS.map((field): TableColumn => ({ id: `${key}.${field}`, group: 'metric', key, field })),
    ),
    ...[...differing, ...same].map(({ key }): TableColumn => ({
      id: `config.${key}`,
      group: 'config',
      key,
      differs: differs.has(key),
      isNumber: runs.every(({ config }) => typeof (flattened(config).get(key) ?? 0) === 'number'),
    })),
  ]
}

const configs = new WeakMap<object, Map<string, JsonValue>>()

function flattened(config: RunRow['config']): Map<string, JsonValue> {
  let known = configs.get(config)
  if (!known) configs.set(config, (known = flatten(config)))
  return known
}

/** Configuration that differs, and of each metric that people look at first its last and best value and the best's step. */
export function columnsAtFirst(all: readonly TableColumn[]): readonly string[] {
  const config = all.filter((column) => column.group === 'config' && column.differs).slice(0, CONFIG_AT_FIRST)
  const keys = [...new Set(all.flatMap((column) => (column.group === 'metric' ? column.key : [])))]
  const metrics = keys
    .toSorted((a, b) => interest(b) - interest(a))
    .slice(0, METRICS_AT_FIRST)
    .flatMap((key) => {
      const best = isBetterHigh(key) ? 'max' : 'min'
      return [`${key}.last`, `${key}.${best}`, `${key}.${best}-step`]
    })
  return ['state', 'why', 'duration', 'step', ...metrics, ...config.map(({ id }) => id)]
}

function interest(key: string): number {
  if (/^(?:system|__)/.test(key)) return 0
  if (/loss/i.test(key)) return 3
  return isBetterHigh(key) ? 2 : 1
}

/** What its name says of a metric; the heading says which of both is shown. */
export function isBetterHigh(key: string): boolean {
  return /acc|auc|\bf1|precision|recall|score|\bmap\b|iou|bleu|rouge|reward|return|psnr|ssim|throughput/i.test(key)
}

/** @param columns - What is known of the run's keys; empty while nothing is. */
export function cellOf(column: TableColumn, run: RunRow, columns: readonly ColumnSummary[]): JsonValue | undefined {
  if (column.group === 'metric') return metricValue(columns, column.key, column.field)
  if (column.group === 'config') return flattened(run.config).get(column.key)
  switch (column.field) {
    case 'state':
    case 'project':
      return run[column.field]
    case 'why':
      return reasonOf(run) || undefined
    case 'started':
      return run.startTime
    case 'duration':
      return durationOf(run)
    case 'step':
      return run.lastStep
    case 'tags':
      return run.tags.join(', ')
  }
}

/** Milliseconds; of what has not ended, until the last that was heard of it: clocks of other machines may be wrong by days. */
export function durationOf({
  startTime,
  endTime,
  lastTime,
}: Pick<RunRow, 'startTime' | 'endTime' | 'lastTime'>): number | undefined {
  return startTime === 0 ? undefined : Math.max(0, (endTime ?? lastTime) - startTime)
}

/** Numbers before texts, smaller before larger, in the order of their language; what is absent is at the end either way. */
export function compareCells(a: JsonValue | undefined, b: JsonValue | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  const [x, y] = [numberOf(a), numberOf(b)]
  // NaN is no result: behind all that are.
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
  const order =
    x !== undefined && y !== undefined
      ? x < y
        ? -1
        : Number(x > y)
      : x === undefined && y === undefined
        ? textOf(a).localeCompare(textOf(b), undefined, { numeric: true })
        : x === undefined
          ? 1
          : -1
  return descending ? -order : order
}

function numberOf(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined
}

export function textOf(value: JsonValue | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}
