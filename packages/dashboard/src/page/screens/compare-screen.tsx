import { computed, signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import type { JsonValue } from '@swanlab/core'
import type { RunRow } from '../../protocol/runs.ts'
import { Notice } from '../parts/notice.tsx'
import { RunLink } from '../parts/run-link.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { textCodec } from '../state/address.ts'
import { detailOf } from '../state/details.ts'
import { optionalViewParam } from '../state/location.ts'
import { chosen } from '../state/runs.ts'
import { difference, metricRows, packagesOf, type ComparedRun, type MetricRow } from '../compare/compared.ts'
import { differences, flatten, type ComparedRow } from '../compare/differences.ts'
import { durationOf, textOf } from '../table/columns.ts'
import { formatDifference, formatDuration, formatPart, formatValue } from '../text/format.ts'
import { say } from '../text/screens.ts'
import '../styles/screens.css'
import '../styles/compare.css'

/** Runs that are set side by side. */
const MOST = 20
/** Rows of one table: more are found by name. */
const ROWS = 300

/** Run that the others are measured against. Absent: the first. */
const baselineKey = optionalViewParam('base', textCodec)
const find = signal('')

const compared = computed((): readonly ComparedRun[] =>
  chosen.value
    .filter(({ state }) => state !== 'unreadable')
    .slice(0, MOST)
    .map((run) => {
      const known = detailOf(run.key).value
      return { run, detail: known.state === 'here' ? known.detail : undefined }
    }),
)
const baseline = computed(() => {
  const at = compared.value.findIndex(({ run }) => run.key === baselineKey.value)
  return at < 0 ? 0 : at
})

/** What tells runs apart: differences first. */
export default function CompareScreen(): JSX.Element {
  const runs = compared.value
  if (runs.length < 2)
    return (
      <Notice title={say('compare.few')}>
        <p>{say('compare.fewText', { n: MOST })}</p>
      </Notice>
    )
  const read = runs.filter(({ detail }) => detail !== undefined).length
  return (
    <div>
      <div class="tools">
        <SearchField text={find} label={say('compare.find')} />
        <label>
          {say('compare.baseline')}{' '}
          <select
            class="field"
            value={runs[baseline.value]!.run.key}
            onChange={({ currentTarget }) => (baselineKey.value = currentTarget.value)}
          >
            {runs.map(({ run }) => (
              <option key={run.key} value={run.key}>
                {run.name}
              </option>
            ))}
          </select>
        </label>
        <span class="quiet small" role="status">
          {read < runs.length
            ? say('table.reading', { n: read, all: runs.length })
            : chosen.value.length > runs.length && say('compare.cap', { shown: runs.length, all: chosen.value.length })}
        </span>
      </div>
      <div class="sheet compare">
        <Part
          title={say('compare.config')}
          caption={say('compare.configCaption')}
          maps={runs.map(({ run }) => flatten(run.config))}
        />
        <Metrics />
        <Part
          title={say('compare.requirements')}
          caption={say('compare.requirementsCaption')}
          maps={runs.map(packagesOf)}
        />
        <Part
          title={say('compare.environment')}
          caption={say('compare.environmentCaption')}
          maps={runs.map(({ detail }) => flatten(detail?.metadata))}
        />
      </div>
    </div>
  )
}

function isWanted({ key }: { readonly key: string }): boolean {
  return key.toLowerCase().includes(find.value.toLowerCase())
}

interface PartProps {
  readonly title: string
  readonly caption: string
  readonly maps: readonly ReadonlyMap<string, JsonValue>[]
}

function Part({ title, caption, maps }: PartProps): JSX.Element | null {
  const { differing, same } = differences(maps)
  const found = differing.filter(isWanted)
  if (differing.length + same.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
      {found.length > 0 ? (
        <Sheet caption={caption}>
          {found.slice(0, ROWS).map((row) => (
            <DifferenceRow key={row.key} row={row} />
          ))}
        </Sheet>
      ) : (
        <p class="quiet">{say(differing.length === 0 ? 'compare.allSame' : 'tree.none')}</p>
      )}
      {found.length > ROWS && <p class="quiet small">… {found.length - ROWS}</p>}
      <Same rows={same.filter(isWanted)} />
    </section>
  )
}

/** A table with a column for each run. */
function Sheet({ caption, children }: { readonly caption: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls has to be reachable by keyboard.
    <div class="compare-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="data-table compare-table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{say('compare.key')}</th>
            {compared.value.map(({ run }, at) => (
              <th scope="col" key={run.key} class={at === baseline.value ? 'baseline' : ''}>
                <RunHeading run={run} isBaseline={at === baseline.value} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

function RunHeading({ run, isBaseline }: { readonly run: RunRow; readonly isBaseline: boolean }): JSX.Element {
  const duration = durationOf(run)
  return (
    <>
      <RunLink run={run} />
      <span class="block small">
        <StateWord state={run.state} />
        {duration !== undefined && <span class="quiet"> {formatDuration(duration)}</span>}
        {isBaseline && <span class="quiet"> · {say('compare.isBaseline')}</span>}
      </span>
    </>
  )
}

function DifferenceRow({ row: { key, values } }: { readonly row: ComparedRow }): JSX.Element {
  const base = JSON.stringify(values[baseline.value])
  return (
    <tr>
      <th scope="row">
        <bdi>{key}</bdi>
      </th>
      {values.map((value, at) => (
        <td
          key={at}
          class={`${at === baseline.value ? 'baseline' : ''}${value === undefined || JSON.stringify(value) === base ? '' : ' other'}`}
        >
          <Value value={value} />
        </td>
      ))}
    </tr>
  )
}

/** Characters of a value, and of its title. */
const SHORT = 100
const LONG = 5_000

function Value({ value }: { readonly value: JsonValue | undefined }): JSX.Element {
  if (value === undefined) return <span class="quiet">{say('compare.absent')}</span>
  const text = textOf(value)
  if (text.length <= SHORT) return <bdi>{text}</bdi>
  return <bdi title={text.slice(0, LONG)}>{text.slice(0, SHORT)}…</bdi>
}

function Same({ rows }: { readonly rows: readonly ComparedRow[] }): JSX.Element | null {
  if (rows.length === 0) return null
  return (
    <details class="same">
      <summary>{say('compare.same', { n: rows.length })}</summary>
      <table class="data-table">
        <caption class="unseen">{say('compare.sameCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('compare.key')}</th>
            <th scope="col">{say('compare.value')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map(({ key, values: [value] }) => (
            <tr key={key}>
              <th scope="row">
                <bdi>{key}</bdi>
              </th>
              <td>
                <Value value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS && <p class="quiet small">… {rows.length - ROWS}</p>}
    </details>
  )
}

function Metrics(): JSX.Element | null {
  const rows = metricRows(compared.value).filter(isWanted)
  if (rows.length === 0) return null
  return (
    <section>
      <h2>{say('compare.metrics')}</h2>
      <Sheet caption={say('compare.metricsCaption')}>
        {rows.slice(0, ROWS).map((row) => (
          <Metric key={`${row.key} ${row.field}`} row={row} />
        ))}
      </Sheet>
      {rows.length > ROWS && <p class="quiet small">… {rows.length - ROWS}</p>}
    </section>
  )
}

function Metric({ row: { key, field, values } }: { readonly row: MetricRow }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <bdi>{key}</bdi> <span class="quiet small">{say(`table.${field}`)}</span>
      </th>
      {values.map((value, at) => {
        const apart = at === baseline.value ? undefined : difference(value, values[baseline.value])
        return (
          <td key={at} class={`number${at === baseline.value ? ' baseline' : ''}`}>
            {value === undefined ? <span class="quiet">{say('compare.absent')}</span> : formatValue(value)}
            {apart && (
              <span class="block quiet small">
                {apart.part === undefined
                  ? formatDifference(apart.by)
                  : say('compare.percent', { difference: formatDifference(apart.by), percent: formatPart(apart.part) })}
              </span>
            )}
          </td>
        )
      })}
    </tr>
  )
}
