import { computed, type ReadonlySignal } from '@preact/signals'
import type { RunKey } from '../../protocol/runs.ts'
import { listCodec, textCodec } from '../state/address.ts'
import { columnsOf, detailOf } from '../state/details.ts'
import { optionalViewParam, viewParam } from '../state/location.ts'
import { listedRuns } from '../state/runs.ts'
import { cellOf, columnsAtFirst, columnsFor, compareCells, type TableColumn } from './columns.ts'

/** Runs whose details the table asks for before somebody sorts by a metric. */
const ASKED_AT_FIRST = 30
/** Metrics that the table can have columns for. */
const MOST_METRICS = 1_000

/** Column that rows are sorted by, `-` in front: from the largest. Empty: as the list has them. */
export const sortBy = viewParam('sort', textCodec, '')
/** Columns that somebody has chosen. Absent: as at first. */
export const chosenColumns = optionalViewParam('cols', listCodec)
export const pinnedColumns = viewParam<readonly string[]>('pincols', listCodec, [])

const needsAll = computed(() => /\.(?:last|min|max|count|min-step|max-step)$/.test(sortBy.value))

/** Runs that have said, or been asked, what they have; what is read of others waits until it is wanted. */
const asked: ReadonlySignal<readonly RunKey[]> = computed(() => {
  const all = listedRuns.value.map(({ key }) => key)
  return needsAll.value ? all : all.slice(0, ASKED_AT_FIRST)
})

const metrics = computed(() => {
  const keys = new Set<string>()
  for (const run of asked.value)
    for (const { key, kind } of columnsOf(run)) if (kind === 'scalar' && keys.size < MOST_METRICS) keys.add(key)
  return [...keys]
})

export const allColumns: ReadonlySignal<readonly TableColumn[]> = computed(() =>
  columnsFor(listedRuns.value, metrics.value),
)

/** Ids of the columns that are shown, those that are not there now included. */
export const shownIds: ReadonlySignal<readonly string[]> = computed(() => {
  if (chosenColumns.value !== undefined) return chosenColumns.value
  const ids = columnsAtFirst(allColumns.value)
  const { n, all } = readSoFar.value
  // Metrics come before the configuration, which would have to move for them.
  return n === 0 && all > 0 ? ids.filter((id) => !id.startsWith('config.')) : ids
})

/** Pinned ones first. */
export const shownColumns: ReadonlySignal<readonly TableColumn[]> = computed(() => {
  const ids = new Set(shownIds.value)
  const shown = allColumns.value.filter(({ id }) => ids.has(id))
  const pinned = new Set(pinnedColumns.value)
  return [...shown.filter(({ id }) => pinned.has(id)), ...shown.filter(({ id }) => !pinned.has(id))]
})

export const sortedRuns = computed(() => {
  const descending = sortBy.value.startsWith('-')
  const id = descending ? sortBy.value.slice(1) : sortBy.value
  const runs = listedRuns.value
  if (id === 'name') {
    const byName = runs.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
    return descending ? byName.toReversed() : byName
  }
  const column = allColumns.value.find((one) => one.id === id)
  if (!column) return runs
  const cells = new Map(runs.map((run) => [run, cellOf(column, run, needsAll.value ? columnsOf(run.key) : [])]))
  return runs.toSorted((a, b) => compareCells(cells.get(a), cells.get(b), descending))
})

/** How many of the runs whose details are wanted have said what they have. */
export const readSoFar = computed(() => ({
  n: asked.value.filter((key) => detailOf(key).value.state !== 'loading').length,
  all: asked.value.length,
}))

/** Up, then down, then as the list has them. */
export function turnSort(id: string): void {
  sortBy.value = sortBy.value === id ? `-${id}` : sortBy.value === `-${id}` ? '' : id
}

export function toggleColumn(id: string, on: boolean): void {
  const others = shownIds.value.filter((one) => one !== id)
  chosenColumns.value = on ? [...others, id] : others
}
