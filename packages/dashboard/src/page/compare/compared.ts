import type { JsonValue } from '@swanlab/core'
import type { RunDetail, RunRow, WireNumber } from '../../protocol/runs.ts'
import { metricValue, type MetricField } from '../runs/metric-field.ts'
import { isBetterHigh } from '../table/columns.ts'
import { parseRequirements } from './differences.ts'

export interface ComparedRun {
  readonly run: RunRow
  /** Undefined while it is not here. */
  readonly detail: RunDetail | undefined
}

export interface MetricRow {
  readonly key: string
  readonly field: MetricField & ('last' | 'min' | 'max')
  readonly values: readonly (WireNumber | undefined)[]
}

/** Last and best value of every metric that any of the runs has. */
export function metricRows(runs: readonly ComparedRun[]): readonly MetricRow[] {
  const keys = new Set(
    runs.flatMap(({ detail }) => detail?.columns.flatMap(({ key, kind }) => (kind === 'scalar' ? key : [])) ?? []),
  )
  return [...keys].flatMap((key) =>
    (['last', isBetterHigh(key) ? 'max' : 'min'] as const).map((field) => ({
      key,
      field,
      values: runs.map(({ detail }) => detail && (metricValue(detail.columns, key, field) as WireNumber | undefined)),
    })),
  )
}

export interface Difference {
  readonly by: number
  /** Of the baseline; absent when that is zero. */
  readonly part?: number | undefined
}

/** Undefined: one of both is no finite number. */
export function difference(value: WireNumber | undefined, baseline: WireNumber | undefined): Difference | undefined {
  if (typeof value !== 'number' || typeof baseline !== 'number') return undefined
  const by = value - baseline
  return { by, part: baseline === 0 ? undefined : by / Math.abs(baseline) }
}

export function packagesOf({ detail }: ComparedRun): ReadonlyMap<string, JsonValue> {
  return parseRequirements(detail?.requirements)
}
