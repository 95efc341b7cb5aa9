import type { ColumnSummary } from '../../protocol/runs.ts'
import { columnsOf } from '../state/details.ts'
import { drawnKeys, runOf } from '../state/runs.ts'
import { formatCount, formatValue } from '../text/format.ts'
import { t } from '../text/i18n.ts'

export interface Summary extends ColumnSummary {
  readonly run: string
}

/** What each run that is drawn says of a key, from all of its points. */
export function summariesOf(key: string): Summary[] {
  return drawnKeys.value.flatMap((run) => {
    const column = columnsOf(run).find((one) => one.key === key)
    return column ? [{ ...column, run }] : []
  })
}

/** A chart in a sentence: "loss, 5 runs, last 0.031 to 0.12, lowest 0.0301, swan-7 at 1,980". */
export function captionOf(key: string): string {
  const all = summariesOf(key)
  const parts = [t('chart.caption', { key, n: all.length })]
  const last = all.flatMap(({ last: value }) => (typeof value === 'number' ? value : []))
  const [low, high] = [Math.min(...last), Math.max(...last)]
  if (last.length === 1) parts.push(t('chart.captionLastOne', { low: formatValue(low) }))
  else if (last.length > 1) parts.push(t('chart.captionLast', { low: formatValue(low), high: formatValue(high) }))
  const lowest = all.reduce<Summary | undefined>(
    (a, b) => ((b.min ?? Infinity) < (a?.min ?? Infinity) ? b : a),
    undefined,
  )
  const highest = all.reduce<Summary | undefined>(
    (a, b) => ((b.max ?? -Infinity) > (a?.max ?? -Infinity) ? b : a),
    undefined,
  )
  if (lowest?.min !== undefined) parts.push(t('chart.captionLowest', placed(lowest.min, lowest.run, lowest.minStep)))
  if (highest?.max !== undefined)
    parts.push(t('chart.captionHighest', placed(highest.max, highest.run, highest.maxStep)))
  return parts.join(', ')
}

function placed(value: number, run: string, step: number | undefined): Record<string, string> {
  return {
    value: formatValue(value),
    run: runOf(run)?.name ?? run,
    x: t('runs.step', { step: formatCount(step ?? 0) }),
  }
}
