import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { JsonValue } from '@swanlab/core'
import { getJson } from '../api/client.ts'
import type { LiveEvent } from '../../protocol/events.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { RunKey, RunList, RunRow } from '../../protocol/runs.ts'
import { matches, parseFilter } from '../runs/filter.ts'
import { flagCodec, listCodec, textCodec } from './address.ts'
import { optionalViewParam, viewParam } from './location.ts'
import { isInScope, isOfRoute, route } from './route.ts'
import { steady } from './steady.ts'

/** Runs that are shown when nobody has chosen any: the newest. */
const SHOWN_AT_FIRST = 10

const byKey = signal<ReadonlyMap<RunKey, RunRow>>(new Map())
const problemsSignal = signal<RunList['problems']>([])

/** Of the list as it was asked for; the event stream goes on from there. */
export const listVersion = signal('0')
/** False until the list has been here once. */
export const runsLoaded = signal(false)
/** Folders that cannot be read. */
export const problems: ReadonlySignal<RunList['problems']> = problemsSignal

/** What is typed above the list; {@link parseFilter} says what it may hold. */
export const runFilter = viewParam('find', textCodec, '')
/** Only the newest run is shown, whichever that is. */
export const newestOnly = viewParam('newest', flagCodec, false)
/** Runs that somebody has chosen. Absent: the newest. */
export const chosenRuns = optionalViewParam('runs', listCodec)

/** Every run, newest first. */
export const allRuns: ReadonlySignal<readonly RunRow[]> = computed(() =>
  [...byKey.value.values()].toSorted((a, b) => b.startTime - a.startTime || (a.key < b.key ? -1 : 1)),
)

/** Those that this page is about. */
export const runsInScope: ReadonlySignal<readonly RunRow[]> = computed(() => {
  const at = route.value
  if (at.page !== 'runs' && at.page !== 'run') return []
  return allRuns.value.filter((run) => isInScope(run, at.scope))
})

const filter = computed(() => parseFilter(runFilter.value))

/** Fields of runs that are not in their rows: whoever knows more of runs says so here. */
export const moreFields = signal<(run: RunRow, field: string) => JsonValue | undefined>(() => undefined)

/** Those that the list shows. */
export const listedRuns: ReadonlySignal<readonly RunRow[]> = computed(() =>
  filter.value.length === 0
    ? runsInScope.value
    : runsInScope.value.filter((run) => matches(run, filter.value, (field) => moreFields.value(run, field))),
)

/** Those that charts, table and comparison are about, as the list has them; on the page of a run, that run. */
export const chosen: ReadonlySignal<readonly RunRow[]> = computed(() => {
  const at = route.value
  if (at.page === 'run') return runsInScope.value.filter((run) => isOfRoute(run, at))
  if (newestOnly.value) return listedRuns.value.slice(0, 1)
  const keys = chosenRuns.value
  if (keys === undefined) return listedRuns.value.slice(0, SHOWN_AT_FIRST)
  return keys.flatMap((key) => byKey.value.get(key) ?? []).filter((run) => runsInScope.value.includes(run))
})

/** Keys of those that are drawn: as many as a chart takes. The same list for as long as it says the same. */
export const drawnKeys: ReadonlySignal<readonly RunKey[]> = steady(() =>
  chosen.value
    .filter(({ state }) => state !== 'unreadable')
    .slice(0, LIMITS.linesOfChart)
    .map(({ key }) => key),
)

/** Of these, what may still grow. */
export const growingKeys: ReadonlySignal<readonly RunKey[]> = steady(() =>
  drawnKeys.value.filter((key) => byKey.value.get(key)?.state === 'running'),
)

export function runOf(key: RunKey): RunRow | undefined {
  return byKey.value.get(key)
}

export function isChosen(key: RunKey): boolean {
  return chosenKeys.value.has(key)
}

const chosenKeys = computed(() => new Set(chosen.value.map(({ key }) => key)))

/** Adds runs to what is shown, or takes them away. */
export function choose(keys: readonly RunKey[], on: boolean): void {
  const next = new Set(chosen.value.map(({ key }) => key))
  for (const key of keys) {
    if (on) next.add(key)
    else next.delete(key)
  }
  batch(() => {
    newestOnly.value = false
    chosenRuns.value = [...next]
  })
}

export function chooseOnly(keys: readonly RunKey[]): void {
  batch(() => {
    newestOnly.value = false
    chosenRuns.value = keys
  })
}

/** @throws Refused, Unreachable. */
export async function loadRuns(abort?: AbortSignal): Promise<void> {
  const list = await getJson<RunList>('/runs', undefined, abort)
  batch(() => {
    byKey.value = new Map(list.runs.map((run) => [run.key, run]))
    problemsSignal.value = list.problems
    listVersion.value = list.version
    runsLoaded.value = true
  })
}

/** Takes over what the event stream says is new. */
export function updateRuns({ rows, gone, all = false }: LiveEvent & { readonly type: 'runs' }): void {
  const next = new Map(all ? [] : byKey.value)
  for (const key of gone) next.delete(key)
  for (const row of rows) next.set(row.key, { ...row, config: row.config ?? next.get(row.key)?.config ?? {} })
  byKey.value = next
}
