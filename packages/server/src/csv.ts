import type { ScalarPoint } from './storage/interfaces.ts'
import { wireNumber } from './statistics.ts'

export interface CsvColumn {
  readonly name: string
  readonly key: string
  readonly points: readonly ScalarPoint[]
}

/** Steps down, keys across: each with its value and its time in milliseconds. Cells that are missing are empty. */
export function csvOf(columns: readonly CsvColumn[]): string {
  const header = ['step', ...columns.flatMap(({ name, key }) => [`${name}-${key}_step`, `${name}-${key}_timestamp`])]
  const maps = columns.map(({ points }) => new Map(points.map((point) => [point.index, point])))
  const steps = [...new Set(columns.flatMap(({ points }) => points.map(({ index }) => index)))].toSorted(
    (a, b) => a - b,
  )
  const rows = steps.map((step) => [
    step,
    ...maps.flatMap((points) => {
      const point = points.get(step)
      return point ? [wireNumber(point.data), point.time] : ['', '']
    }),
  ])
  return `${[header.map(cell).join(','), ...rows.map((row) => row.join(','))].join('\n')}\n`
}

/** Quoted where it must be; what a spreadsheet would take for a formula is not one. */
function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}
