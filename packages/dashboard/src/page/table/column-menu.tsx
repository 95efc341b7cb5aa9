import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { Icon } from '../parts/icons.tsx'
import { Menu } from '../parts/menu.tsx'
import { toggled } from '../state/view.ts'
import { say } from '../text/screens.ts'
import { columnLabel } from './cell-text.ts'
import type { TableColumn } from './columns.ts'
import { allColumns, chosenColumns, pinnedColumns, shownColumns, shownIds, toggleColumn } from './table-state.ts'

/** Columns that are listed at once: more are found by name. */
const LISTED = 200
const GROUPS = ['run', 'config', 'metric'] as const
const find = signal('')

/** Which columns there are, and which stay at the left. */
export function ColumnMenu(): JSX.Element {
  const all = allColumns.value
  return (
    <>
      <Menu label={say('table.columns')}>{() => <Columns />}</Menu>
      <span class="quiet small">
        {say('table.columnsShown', { shown: shownColumns.value.length, all: all.length })}
      </span>
    </>
  )
}

function Columns(): JSX.Element {
  const wanted = find.value.toLowerCase()
  const found = allColumns.value.filter((column) => columnLabel(column).toLowerCase().includes(wanted))
  return (
    <div class="column-menu">
      <div class="row">
        <input
          class="field"
          type="search"
          value={find.value}
          aria-label={say('table.findColumn')}
          placeholder={say('table.findColumn')}
          onInput={({ currentTarget }) => (find.value = currentTarget.value)}
        />
        <button
          type="button"
          class="button outlined"
          disabled={chosenColumns.value === undefined && pinnedColumns.value.length === 0}
          onClick={() => {
            chosenColumns.value = undefined
            pinnedColumns.value = []
          }}
        >
          {say('table.defaults')}
        </button>
      </div>
      {found.length === 0 && <p class="quiet">{say('table.noColumn')}</p>}
      {GROUPS.map((group) => {
        const columns = found.slice(0, LISTED).filter((column) => column.group === group)
        return (
          columns.length > 0 && (
            <fieldset key={group}>
              <legend>{say(`table.group.${group}`)}</legend>
              {columns.map((column) => (
                <Choice key={column.id} column={column} />
              ))}
            </fieldset>
          )
        )
      })}
      {found.length > LISTED && <p class="quiet small">… {found.length - LISTED}</p>}
    </div>
  )
}

function Choice({ column }: { readonly column: TableColumn }): JSX.Element {
  const { id } = column
  const name = columnLabel(column)
  const shown = shownIds.value.includes(id)
  const pinned = pinnedColumns.value.includes(id)
  return (
    <div class="row">
      <label class="check cut" title={name}>
        <input type="checkbox" checked={shown} onChange={() => toggleColumn(id, !shown)} />
        <bdi class="cut">{name}</bdi>
        {column.group === 'config' && !column.differs && <span class="quiet small">{say('table.same')}</span>}
      </label>
      <button
        type="button"
        class="button icon-button"
        aria-pressed={pinned}
        aria-label={say(pinned ? 'table.unpin' : 'table.pin', { name })}
        title={say(pinned ? 'table.unpin' : 'table.pin', { name })}
        disabled={!shown}
        onClick={() => (pinnedColumns.value = toggled(pinnedColumns.value, id))}
      >
        <Icon name="pin" />
      </button>
    </div>
  )
}
