import type { JSX } from 'preact'
import { Menu } from '../parts/menu.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { download } from '../parts/download.ts'
import { columnsOf } from '../state/details.ts'
import { say } from '../text/screens.ts'
import { exportCell, exportLabel } from './cell-text.ts'
import { cellOf } from './columns.ts'
import { SHEET_FORMATS, type Sheet } from './exports.ts'
import { shownColumns, sortedRuns } from './table-state.ts'

/** The table as it is shown, for a spreadsheet, a page of notes, or a paper. */
export function ExportMenu(): JSX.Element {
  return (
    <Menu label={say('table.export')}>
      {() => (
        <div class="export-menu">
          <p class="quiet small">{say('table.exportAs', { n: sortedRuns.value.length })}</p>
          {Object.values(SHEET_FORMATS).map(({ name, extension, write }) => (
            <div class="row" key={name}>
              <button
                type="button"
                class="button outlined"
                onClick={() => download(new Blob([write(shownSheet())], { type: 'text/plain' }), `runs.${extension}`)}
              >
                {say('save.file', { format: name })}
              </button>
              <CopyButton format={name} text={() => write(shownSheet())} />
            </div>
          ))}
        </div>
      )}
    </Menu>
  )
}

function shownSheet(): Sheet {
  const columns = shownColumns.value
  return {
    header: ['name', ...columns.map(exportLabel)],
    rows: sortedRuns.value.map((run) => {
      const known = columnsOf(run.key)
      return [run.name, ...columns.map((column) => exportCell(column, cellOf(column, run, known)))]
    }),
  }
}
