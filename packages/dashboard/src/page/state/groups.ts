import { computed, type ReadonlySignal } from '@preact/signals'
import type { Grouping } from '../../protocol/series.ts'
import { configValue } from '../runs/filter.ts'
import { drawnKeys, runOf } from './runs.ts'
import { groupBand, groupBy, groupLine } from './view.ts'

/** The runs that are drawn, by the value of the key that was chosen; absent when none was. */
export const grouping: ReadonlySignal<Grouping | undefined> = computed(() => {
  const key = groupBy.value
  if (key === undefined) return undefined
  const groups = new Map<string, string[]>()
  for (const run of drawnKeys.value) {
    const value = configValue(runOf(run)?.config ?? {}, key)
    const name = `${key} = ${value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)}`
    const members = groups.get(name) ?? []
    members.push(run)
    groups.set(name, members)
  }
  const sorted = [...groups].toSorted(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }))
  return {
    groups: sorted.map(([name, runs]) => ({ name, runs })),
    line: groupLine.value,
    band: groupBand.value,
  }
})
