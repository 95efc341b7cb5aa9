import {
  type ConfigSnapshot,
  type ErrorInfo,
  type JsonValue,
  type MetricSummary,
  type Outcome,
  maskJson,
  block,
  formatNumber,
  oneLine,
  tail,
} from '@swanlab/core/internal'
import type { ErrorSection, MetricSection, Notification, Section } from './notification.ts'
import type { Wording } from './wording.ts'

const MAX_ROWS = 20
const MAX_NOTES = 8

export function metricSection(
  summary: Readonly<Record<string, MetricSummary>>,
  wording: Wording,
): MetricSection | undefined {
  const section = firstOf(Object.entries(summary), MAX_ROWS, wording.metrics, wording)
  return (
    section && {
      ...section,
      columns: wording.columns,
      rows: section.rows.map(([key, { last, min, max }]) => ({
        key: oneLine(key, 100),
        last: formatNumber(last),
        min: min === undefined ? undefined : formatNumber(min),
        max: max === undefined ? undefined : formatNumber(max),
      })),
    }
  )
}

export function configSection(config: ConfigSnapshot, wording: Wording): Notification['config'] {
  const section = firstOf(Object.entries(config), MAX_ROWS, wording.config, wording)
  return (
    section && {
      ...section,
      rows: section.rows.map(([key, value]) => ({
        key: oneLine(key, 100),
        value: oneLine(plain(maskJson({ [key]: value })[key]!), 200),
      })),
    }
  )
}

export function errorSection(error: ErrorInfo, wording: Wording): ErrorSection {
  const opening = `${error.name}: ${error.message}`
  const stack = error.stack?.startsWith(opening) ? error.stack.slice(opening.length) : error.stack
  const stackTail = tail(stack?.replaceAll(/^ +at /gm, 'at ') ?? '', 2000)
  return {
    heading: wording.error,
    name: oneLine(error.name, 100),
    message: block(error.message, 1000),
    stackTail: stackTail === '' ? undefined : stackTail,
  }
}

export function terminalSection({ lastLines = [] }: Outcome, wording: Wording): Section<string> | undefined {
  const rows = lastLines.slice(-MAX_ROWS).map(({ text }) => block(text, 200).replaceAll('\n', ' '))
  return rows.length === 0 ? undefined : { heading: wording.terminal, rows }
}

export function noteSection(outcome: Outcome, wording: Wording): Section<string> | undefined {
  const losses = Object.entries({ ...outcome.losses })
  const notes = [
    ...losses.flatMap(([kind, count]) => (count > 0 ? [wording.losses(oneLine(kind, 40), count)] : [])),
    ...outcome.callbacks.flatMap(({ name, failures, disabled }) =>
      failures > 0 ? [wording.callback(oneLine(name, 60), failures, disabled)] : [],
    ),
  ]
  return firstOf(notes, MAX_NOTES, wording.notes, wording)
}

function firstOf<Row>(rows: readonly Row[], max: number, heading: string, wording: Wording): Section<Row> | undefined {
  if (rows.length === 0) return undefined
  return { heading, rows: rows.slice(0, max), more: rows.length > max ? wording.more(rows.length - max) : undefined }
}

function plain(value: JsonValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatNumber(value)
  return JSON.stringify(value)
}
