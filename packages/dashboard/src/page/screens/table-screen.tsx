import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { RunRow } from '../../protocol/runs.ts'
import { NoRunFound } from '../parts/no-run-found.tsx'
import { RunLink } from '../parts/run-link.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { useRowWindow } from '../parts/use-row-window.ts'
import { columnsOf } from '../state/details.ts'
import { choose, isChosen } from '../state/runs.ts'
import { say } from '../text/screens.ts'
import { cellText, columnLabel, isNumberColumn } from '../table/cell-text.ts'
import { ColumnMenu } from '../table/column-menu.tsx'
import { cellOf, type TableColumn } from '../table/columns.ts'
import { ExportMenu } from '../table/export-menu.tsx'
import { pinnedColumns, readSoFar, shownColumns, sortBy, sortedRuns, turnSort } from '../table/table-state.ts'
import '../styles/screens.css'
import '../styles/table.css'

const ROW = 32
/** Rows whose cells say how wide a column is. */
const MEASURED = 50
/** Characters of `−1.2346e−123`. */
const LONGEST_NUMBER = 12

/** One row a run. */
export default function TableScreen(): JSX.Element {
  const { n, all } = readSoFar.value
  return (
    <section class="fill-screen table-screen">
      <div class="tools">
        <ColumnMenu />
        <ExportMenu />
        <span class="quiet small" role="status">
          {n < all && say('table.reading', { n, all })}
        </span>
      </div>
      {sortedRuns.value.length === 0 ? <NoRunFound /> : <Rows />}
    </section>
  )
}

function Rows(): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null)
  const runs = sortedRuns.value
  const columns = shownColumns.value
  const { first, last } = useRowWindow(scroller, runs.length, ROW)
  const widths = columns.map((column) => widthOf(column, runs))
  const pinned = columns.filter(({ id }) => pinnedColumns.value.includes(id)).length
  return (
    // It scrolls: whoever has no mouse gets there, too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- A region that scrolls has to be reachable.
    <div class="table-scroll" ref={scroller} tabIndex={0} role="region" aria-label={say('table.caption')}>
      <table class="run-table" style={{ width: leftOf(widths, widths.length) }} aria-rowcount={runs.length + 1}>
        <caption class="unseen">{say('table.caption')}</caption>
        <colgroup>
          <col class="name-column" />
          {columns.map(({ id }, at) => (
            <col key={id} style={{ width: `${widths[at]}ch` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <Heading id="name" label={say('table.run')} numeric={false} className="pinned name" />
            {columns.map((column, at) => (
              <Heading
                key={column.id}
                id={column.id}
                label={columnLabel(column)}
                numeric={isNumberColumn(column)}
                className={at < pinned ? 'pinned' : ''}
                left={at < pinned ? leftOf(widths, at) : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Space height={first * ROW} />}
          {runs.slice(first, last).map((run, at) => (
            <Row key={run.key} run={run} place={first + at + 2} columns={columns} widths={widths} pinned={pinned} />
          ))}
          {last < runs.length && <Space height={(runs.length - last) * ROW} />}
        </tbody>
      </table>
    </div>
  )
}

function Space({ height }: { readonly height: number }): JSX.Element {
  return (
    <tr aria-hidden="true" class="space">
      <td style={{ height: `${height}px` }} />
    </tr>
  )
}

interface HeadingProps {
  readonly id: string
  readonly label: string
  readonly numeric: boolean
  readonly className: string
  readonly left?: string | undefined
}

function Heading({ id, label, numeric, className, left }: HeadingProps): JSX.Element {
  const order = sortBy.value === id ? 'ascending' : sortBy.value === `-${id}` ? 'descending' : undefined
  return (
    <th
      scope="col"
      class={`${className}${numeric ? ' number' : ''}`}
      style={left === undefined ? {} : { left }}
      aria-sort={order}
    >
      <button type="button" class="sort cut" title={say('table.sortBy', { name: label })} onClick={() => turnSort(id)}>
        <bdi class="cut">{label}</bdi>
        {order && <span aria-hidden="true">{order === 'ascending' ? '↑' : '↓'}</span>}
      </button>
    </th>
  )
}

interface RowProps {
  readonly run: RunRow
  readonly place: number
  readonly columns: readonly TableColumn[]
  readonly widths: readonly number[]
  readonly pinned: number
}

function Row({ run, place, columns, widths, pinned }: RowProps): JSX.Element {
  const known = columnsOf(run.key)
  const drawn = isChosen(run.key)
  return (
    <tr aria-rowindex={place} class={drawn ? 'drawn' : ''}>
      <th scope="row" class="pinned name">
        <span>
          <input
            type="checkbox"
            checked={drawn}
            aria-label={say('table.choose', { name: run.name })}
            onChange={() => choose([run.key], !drawn)}
          />
          <RunLink run={run} />
        </span>
      </th>
      {columns.map((column, at) => {
        const text = cellText(column, cellOf(column, run, known))
        return (
          <td
            key={column.id}
            class={`cut${at < pinned ? ' pinned' : ''}${isNumberColumn(column) ? ' number' : ''}${isNoNumber(text) ? ' no-number' : ''}`}
            style={at < pinned ? { left: leftOf(widths, at) } : {}}
            title={text}
          >
            {column.id === 'state' ? <StateWord state={run.state} /> : <bdi>{text}</bdi>}
          </td>
        )
      })}
    </tr>
  )
}

function isNoNumber(text: string): boolean {
  return text === 'NaN' || text === '∞' || text === '−∞'
}

/** Characters, and room at the sides: the same whichever rows are in view, and however many runs have been read. */
function widthOf(column: TableColumn, runs: readonly RunRow[]): number {
  const label = Math.min(columnLabel(column).length + 2, 18)
  const cells =
    column.group === 'metric'
      ? [LONGEST_NUMBER]
      : runs.slice(0, MEASURED).map((run) => cellText(column, cellOf(column, run, [])).length)
  return (
    2.5 +
    Math.min(
      column.group === 'config' ? 18 : 26,
      cells.reduce((a, b) => Math.max(a, b), Math.max(5, label)),
    )
  )
}

function leftOf(widths: readonly number[], at: number): string {
  return `calc(var(--name-width) + ${widths.slice(0, at).reduce((a, b) => a + b, 0)}ch)`
}
