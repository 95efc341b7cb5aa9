import type { JsonValue } from '@swanlab/core'
import { cellText, NEWLINE, parseCsv, quote, type CsvRecord } from './csv.ts'
import { defuse, undefuse } from './formula.ts'

const BOM = '\uFEFF'

/** A row to be: values by column name. */
export type Row = ReadonlyMap<string, JsonValue>

interface Table {
  readonly bom: string
  readonly newline: string
  /** Absent while the text holds nothing but blank lines. */
  readonly header: CsvRecord | undefined
  readonly records: readonly CsvRecord[]
  /** Length of the longest record. */
  readonly width: number
}

/**
 * The text of a CSV file with one row more, or with the row that agrees with it in all columns of `identity` brought up
 * to date. New columns go to the end. What was there keeps its place and its spelling; short rows are filled up with
 * empty cells, so that every row is as long as the header.
 *
 * @throws Error when the text is not CSV, or its columns are separated by something else.
 */
export function mergeRow(text: string, row: Row, identity: readonly string[]): string {
  const table = readTable(text)
  const places = new Map<string, number>()
  for (const [place, cell] of (table.header?.cells ?? []).entries())
    if (!places.has(undefuse(cell))) places.set(undefuse(cell), place)
  const added = [...row.keys()].filter((name) => !places.has(name))
  for (const [n, name] of added.entries()) places.set(name, table.width + n)
  const width = table.width + added.length

  const agrees = ({ cells }: CsvRecord): boolean =>
    identity.every((name) => undefuse(cells[places.get(name)!] ?? '') === undefuse(cellText(row.get(name))))
  const earlier = table.records.findLast(agrees)
  const cells = Array.from({ length: width }, (_, place) => earlier?.cells[place] ?? '')
  for (const [name, value] of row) cells[places.get(name)!] = cellText(value)
  const line = cells.map(quote).join(',')

  const header = [
    ...(table.header ? [padded(table.header, table.width)] : []),
    ...added.map((name) => quote(defuse(name))),
  ].join(',')
  const lines = table.records.map((record) => (record === earlier ? line : padded(record, width)))
  if (!earlier) lines.push(line)
  return table.bom + [header, ...lines, ''].join(table.newline)
}

function readTable(text: string): Table {
  const bom = text.startsWith(BOM) ? BOM : ''
  const records = [...parseCsv(text.slice(bom.length))]
  const start = records.findIndex(({ raw }) => raw !== '')
  const header = records[start]
  // So it is saved where the comma is the decimal sign; commas in it would spoil it.
  if (header?.cells.length === 1 && /[;\t]/.test(header.raw)) throw new Error('its columns are not separated by commas')
  return {
    bom,
    newline: header?.end || NEWLINE,
    header,
    records: header ? records.slice(start + 1) : [],
    width: header ? records.reduce((width, { cells }) => Math.max(width, cells.length), 0) : 0,
  }
}

/** A blank line is no row, and stays blank. */
function padded({ raw, cells }: CsvRecord, width: number): string {
  return raw === '' ? raw : raw + ','.repeat(width - cells.length)
}
