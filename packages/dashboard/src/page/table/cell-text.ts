import type { JsonValue } from '@swanlab/core'
import type { WireNumber } from '../../protocol/runs.ts'
import { reasonText } from '../runs/reason.ts'
import { formatCount, formatDuration, formatTime, formatValue } from '../text/format.ts'
import { say } from '../text/screens.ts'
import { t } from '../text/i18n.ts'
import { textOf, type TableColumn } from './columns.ts'

/** Characters of a cell; all of it is in its title. */
const LONGEST = 200

/** What a column is called. */
export function columnLabel(column: TableColumn): string {
  if (column.group === 'run') return say(`table.${column.field}`)
  return column.group === 'config' ? column.key : `${column.key} ${say(`table.${column.field}`)}`
}

/** How a cell reads. */
export function cellText(column: TableColumn, value: JsonValue | undefined): string {
  if (value === undefined) return ''
  if (column.group === 'run') {
    if (column.field === 'state') return t(`state.${value as 'running'}`)
    if (column.field === 'why') return reasonText(value as string, t)
    if (column.field === 'started') return value === 0 ? '' : formatTime(value as number)
    if (column.field === 'duration') return formatDuration(value as number)
    if (column.field === 'step') return formatCount(value as number)
  }
  if (column.group === 'metric')
    return column.field === 'last' || column.field === 'min' || column.field === 'max'
      ? formatValue(value as WireNumber)
      : formatCount(value as number)
  return typeof value === 'number' ? String(value) : textOf(value).slice(0, LONGEST)
}

/** A cell of an exported table: numbers as they are, and times and durations in units that a program reads. */
export function exportCell(column: TableColumn, value: JsonValue | undefined): string | number | undefined {
  if (value === undefined) return undefined
  if (column.group === 'run' && column.field === 'started')
    return value === 0 ? '' : new Date(value as number).toISOString()
  if (column.group === 'run' && column.field === 'duration') return (value as number) / 1_000
  return typeof value === 'number' ? value : textOf(value)
}

export function exportLabel(column: TableColumn): string {
  if (column.group === 'run' && column.field === 'duration') return 'duration (s)'
  return column.id
}

export function isNumberColumn(column: TableColumn): boolean {
  return (
    column.group === 'metric' ||
    (column.group === 'config' && column.isNumber) ||
    (column.group === 'run' && (column.field === 'duration' || column.field === 'step'))
  )
}
