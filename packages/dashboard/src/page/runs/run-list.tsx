import { computed, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { JsonValue } from '@swanlab/core'
import type { RunRow } from '../../protocol/runs.ts'
import { highlighted } from '../charts/cursor.ts'
import { strokeOfLine } from '../charts/stroke-of-line.ts'
import { Link } from '../parts/link.tsx'
import { say } from '../parts/spoken.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { WindowedRows } from '../parts/windowed-rows.tsx'
import { addressOf } from '../state/route.ts'
import { choose, chosen, chooseOnly, isChosen, listedRuns, newestOnly, runFilter, runsInScope } from '../state/runs.ts'
import { groupBy } from '../state/view.ts'
import { reasonOf, reasonText } from './reason.ts'
import { formatCount, formatTime, formatWhen } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { NoRunFound } from '../parts/no-run-found.tsx'
import { SearchField } from '../parts/search-field.tsx'

const ROW = 44

/** Place of the row that keys act on. */
export const currentRow = signal(-1)

export function moveRow(by: number): void {
  const { length } = listedRuns.value
  if (length === 0) return
  currentRow.value = Math.max(0, Math.min(length - 1, currentRow.value + by))
  const run = listedRuns.value[currentRow.value]!
  say([run.name, t(`state.${run.state}`), reasonText(reasonOf(run), t)].join(', '))
}

/** From the filter to the first run that it leaves. */
function toRows(event: KeyboardEvent): void {
  if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
  event.preventDefault()
  document.querySelector<HTMLElement>('.run-rows')!.focus()
  currentRow.value = -1
  moveRow(1)
}

export function RunList(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null)
  const runs = listedRuns.value
  return (
    <nav class="sidebar" aria-label={t('app.runs')}>
      <RunTools />
      <div class="run-rows" ref={scroller} tabIndex={-1}>
        {runs.length === 0 && runFilter.value !== '' ? (
          <NoRunFound />
        ) : (
          <WindowedRows
            scroller={scroller}
            count={runs.length}
            rowHeight={ROW}
            current={currentRow.value < 0 ? undefined : currentRow.value}
            keyOf={(at) => runs[at]!.key}
            row={(at) => <Row run={runs[at]!} at={at} />}
          />
        )}
      </div>
    </nav>
  )
}

function RunTools(): JSX.Element {
  const listed = listedRuns.value
  const all = listed.length > 0 && listed.every(({ key }) => isChosen(key))
  return (
    <div class="run-tools">
      <div class="row">
        <h2>
          {t('app.runs')}{' '}
          <span class="quiet small">
            {t('runs.count', { shown: chosen.value.length, all: runsInScope.value.length })}
          </span>
        </h2>
        <label class="check small">
          <input type="checkbox" checked={newestOnly.value} onChange={() => (newestOnly.value = !newestOnly.value)} />
          {t('runs.newest')}
        </label>
      </div>
      <SearchField
        id="run-filter"
        text={runFilter}
        label={t('runs.filter')}
        example={t('runs.filterExample')}
        onKeyDown={toRows}
      />
      <div class="row small">
        <label class="check" title={t('runs.showAll')}>
          <input
            type="checkbox"
            aria-label={t('runs.showAll')}
            checked={all}
            indeterminate={!all && chosen.value.length > 0}
            onChange={() =>
              all
                ? chooseOnly([])
                : choose(
                    listed.map(({ key }) => key),
                    true,
                  )
            }
          />
        </label>
        <label class="group-choice">
          {t('runs.group')}
          <select
            class="field small"
            value={groupBy.value ?? ''}
            onChange={({ currentTarget: { value } }) => (groupBy.value = value === '' ? undefined : value)}
          >
            <option value="">{t('runs.noGroup')}</option>
            {groupKeys.value.map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  )
}

function Row({ run, at }: { readonly run: RunRow; readonly at: number }): JSX.Element {
  const shown = isChosen(run.key)
  const about = [reasonText(reasonOf(run), t), ...run.tags].filter((text) => text !== '')
  const toggle = (): void => choose([run.key], !shown)
  return (
    <div
      class={`run-row${shown ? '' : ' unchosen'}${currentRow.value === at ? ' current' : ''}`}
      onPointerEnter={() => (highlighted.value = run.key)}
      onPointerLeave={() => (highlighted.value = undefined)}
    >
      <label>
        <input type="checkbox" checked={shown} onChange={toggle} aria-label={t('runs.show', { name: run.name })} />
      </label>
      {shown ? <StrokeSample stroke={strokeOfLine({ run: run.key, group: false })} /> : <span />}
      <span class="cut">
        <Link class="name cut" to={addressOf(run)} title={run.description ?? run.name}>
          {run.name}
        </Link>
        <span class="about cut" title={about.join(' · ')}>
          <StateWord state={run.state} />
          {about.map((text) => (
            <bdi key={text}>{` · ${text}`}</bdi>
          ))}
        </span>
      </span>
      <span class="when">
        <time dateTime={new Date(run.startTime).toISOString()} title={formatTime(run.startTime)}>
          {formatWhen(run.startTime)}
        </time>
        <br />
        {run.lastStep !== undefined && <span>{t('runs.step', { step: formatCount(run.lastStep) })}</span>}
      </span>
    </div>
  )
}

/** Most values of a key of which each makes a group. */
const MOST_GROUPS = 30

/** Keys of the configuration that tell runs apart, and not each from every other. */
const groupKeys = computed(() => {
  const values = new Map<string, Set<string>>()
  for (const { config } of runsInScope.value)
    for (const [key, value] of leaves(config)) {
      const seen = values.get(key) ?? new Set()
      values.set(key, seen.add(value))
    }
  const useful = [...values].filter(([, { size }]) => size > 1 && size <= MOST_GROUPS).map(([key]) => key)
  const current = groupBy.value
  return current === undefined || useful.includes(current) ? useful.toSorted() : [current, ...useful.toSorted()]
})

function* leaves(value: Readonly<Record<string, JsonValue>>, path = ''): Generator<[path: string, value: string]> {
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      yield* leaves(inner as Readonly<Record<string, JsonValue>>, `${path}${key}.`)
    else yield [path + key, JSON.stringify(inner)]
  }
}
