import type { LiveRow } from '../../protocol/events.ts'
import type { ColumnSummary } from '../../protocol/runs.ts'

/** Those that lie behind what is known already. @param offset - Bytes of the journal that are known. */
export function newRows(rows: readonly LiveRow[], offset: number): readonly LiveRow[] {
  return rows.filter(({ to }) => to > offset)
}

/**
 * What is known of each key, with rows that have just been logged.
 *
 * @returns undefined when one of them has a key that is not known yet: what it is, the server says.
 */
export function withRows(
  columns: readonly ColumnSummary[],
  rows: readonly LiveRow[],
): readonly ColumnSummary[] | undefined {
  const places = new Map(columns.map(({ key }, at) => [key, at]))
  const next = [...columns]
  for (const { step, data } of rows)
    for (const [key, last] of Object.entries(data)) {
      const place = places.get(key)
      if (place === undefined) return undefined
      const before = next[place]!
      const value = Number(last)
      const finite = Number.isFinite(value)
      next[place] = {
        ...before,
        count: before.count + 1,
        nonFinite: before.nonFinite + (finite ? 0 : 1),
        ...(step >= (before.lastStep ?? 0) && { last, lastStep: step }),
        ...(finite && !(value >= (before.min ?? Infinity)) && { min: value, minStep: step }),
        ...(finite && !(value <= (before.max ?? -Infinity)) && { max: value, maxStep: step }),
      }
    }
  return next
}
