import type { Series } from './reads/series.ts'
import type { Sheet } from './reads/sheet.ts'
import { wireNumber } from './statistics.ts'

export interface CsvColumn {
  readonly name: string
  readonly series: Series
}

/** Steps down, keys across: each with its value and its time in milliseconds. Cells that are missing are empty. */
export async function writeCsv(columns: readonly CsvColumn[], sheet: Sheet): Promise<void> {
  const header = columns.flatMap(({ name, series: { key } }) => [`${name}-${key}_step`, `${name}-${key}_timestamp`])
  await sheet.add(`${['step', ...header].map(cell).join(',')}\n`)
  const places = columns.map(() => 0)
  for (;;) {
    let step = Infinity
    for (const [at, { series }] of columns.entries()) step = Math.min(step, series.steps[places[at]!] ?? Infinity)
    if (step === Infinity) return
    let row = String(step)
    for (const [at, { series }] of columns.entries()) {
      const place = places[at]!
      if (series.steps[place] === step) {
        row += `,${wireNumber(series.values[place]!)},${series.times[place]!}`
        places[at] = place + 1
      } else row += ',,'
    }
    await sheet.add(`${row}\n`)
  }
}

/** Quoted where it must be; what a spreadsheet would take for a formula is not one. */
function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}
