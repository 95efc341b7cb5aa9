import { computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals'
import { getJson, Refused } from '../api/client.ts'
import { Backoff, wait } from '../api/backoff.ts'
import type { LiveEvent } from '../../protocol/events.ts'
import type { ColumnSummary, RunDetail, RunKey } from '../../protocol/runs.ts'
import { configValue } from '../runs/filter.ts'
import { metricValue, parseMetricField } from '../runs/metric-field.ts'
import { newRows, withRows } from './live-columns.ts'
import { allRuns, drawnKeys, moreFields } from './runs.ts'

/** Requests at once; a browser has six connections to a host, and charts need some. */
const AT_ONCE = 3
/** Milliseconds between two looks at a run that is being read. */
const READING = 1_000

/** What is known of a run beside its row. */
export type DetailState =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly detail: RunDetail }
  /** `gone`: there is no such run any more. */
  | { readonly state: 'failed'; readonly message: string; readonly gone: boolean }

const details = new Map<RunKey, ReturnType<typeof signal<DetailState>>>()
const queue = new Set<RunKey>()
const running = new Set<RunKey>()
const never = new AbortController().signal

/** Asks for it when it is not here yet. */
export function detailOf(key: RunKey): ReadonlySignal<DetailState> {
  let known = details.get(key)
  if (!known) {
    known = signal<DetailState>({ state: 'loading' })
    details.set(key, known)
    refreshDetail(key)
  }
  return known as ReadonlySignal<DetailState>
}

/** Asks for it again; what is here stays until the answer is. */
export function refreshDetail(key: RunKey): void {
  if (!details.has(key)) return
  queue.add(key)
  start()
}

function start(): void {
  for (const key of queue) {
    if (running.size >= AT_ONCE) return
    // An answer that is on its way may be older than what it is asked again for.
    if (running.has(key)) continue
    queue.delete(key)
    running.add(key)
    void load(key).finally(() => {
      running.delete(key)
      start()
    })
  }
}

async function load(key: RunKey): Promise<void> {
  const known = details.get(key)!
  const backoff = new Backoff()
  for (;;) {
    try {
      const detail = await getJson<RunDetail>(`/runs/${encodeURIComponent(key)}`)
      known.value = { state: 'here', detail }
      if ((detail.indexed ?? 1) < 1) setTimeout(refreshDetail, READING, key)
      return
    } catch (error) {
      if (error instanceof Refused) {
        known.value = { state: 'failed', message: error.message, gone: error.status === 404 }
        return
      }
      await wait(backoff.next(), never)
    }
  }
}

/** Goes on with what has just been logged, but for what is known already. */
export function addRows({ run: key, rows, from, to }: LiveEvent & { readonly type: 'rows' }): void {
  const known = details.get(key)
  if (known?.value?.state !== 'here' || known.value.detail.offset >= to) return
  const { detail } = known.value
  const { columns: before, offset } = detail
  const columns = offset < from ? undefined : withRows(before, newRows(rows, offset))
  if (columns) known.value = { state: 'here', detail: { ...detail, columns, offset: to } }
  else refreshDetail(key)
}

/** What charts can be made of: a key of any run that is drawn. */
export interface MetricKey {
  readonly key: string
  readonly section: string
}

/** Every key with numbers of the runs that are drawn, in the order in which they were first logged. */
export const metricKeys: ReadonlySignal<readonly MetricKey[]> = computed(() => {
  const found = new Map<string, MetricKey>()
  for (const run of drawnKeys.value)
    for (const column of columnsOf(run))
      if (column.kind === 'scalar' && !found.has(column.key))
        found.set(column.key, { key: column.key, section: column.section })
  return [...found.values()]
})

/** Runs that are drawn and have not said yet which keys they have. */
export const waitingForDetails: ReadonlySignal<boolean> = computed(() =>
  drawnKeys.value.some((key) => detailOf(key).value.state === 'loading'),
)

export function columnsOf(key: RunKey): readonly ColumnSummary[] {
  const known = detailOf(key).value
  return known.state === 'here' ? known.detail.columns : []
}

// `loss.min<0.2` asks every run what it has, unless its configuration knows the word.
moreFields.value = (run, text) => {
  const asked = parseMetricField(text)
  if (asked === undefined || configValue(run.config, text) !== undefined) return undefined
  return metricValue(columnsOf(run.key), asked.key, asked.field)
}

// A run that was resumed, or has ended, has more to say than rows.
const states = new Map<RunKey, string>()
effect(() => {
  for (const { key, state } of allRuns.value) {
    const before = states.get(key)
    states.set(key, state)
    if (before !== undefined && before !== state) untracked(() => refreshDetail(key))
  }
})
