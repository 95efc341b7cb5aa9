import { computed, type ReadonlySignal } from '@preact/signals'
import { bucketsFor, MOST_CHARTS } from '../../export/saved-view.ts'
import { pinnedKeys, sections } from '../charts/sections.ts'
import { grouping } from '../state/groups.ts'
import { drawnKeys } from '../state/runs.ts'
import { closedSections, fullChart, smoothing } from '../state/view.ts'

/** What the file takes of the view. */
export interface ChosenCharts {
  readonly keys: readonly string[]
  /** Charts of the view that are too many. */
  readonly left: number
  readonly buckets: number
}

/** The chart that fills the window, or those of sections that are open. */
export const chosenCharts: ReadonlySignal<ChosenCharts> = computed(() => {
  const open = (name: string): boolean => !closedSections.value.includes(name)
  const all =
    fullChart.value === undefined
      ? new Set([
          ...(open('') ? pinnedKeys.value : []),
          ...sections.value.flatMap(({ name, keys }) => (open(name) ? keys : [])),
        ])
      : new Set([fullChart.value])
  const keys = [...all].slice(0, MOST_CHARTS)
  const lines = drawnKeys.value.length + (grouping.value?.groups.length ?? 0)
  return { keys, left: all.size - keys.length, buckets: bucketsFor(keys.length, lines, smoothing.value !== undefined) }
})
