import { csvCell } from '../../export/csv-cell.ts'

/** Cells as text or numbers; undefined: empty. */
export interface Sheet {
  readonly header: readonly string[]
  readonly rows: readonly (readonly (string | number | undefined)[])[]
}

export type SheetFormat = 'csv' | 'markdown' | 'latex'

export const SHEET_FORMATS: Readonly<
  Record<SheetFormat, { readonly name: string; readonly extension: string; readonly write: (sheet: Sheet) => string }>
> = {
  csv: { name: 'CSV', extension: 'csv', write: toCsv },
  markdown: { name: 'Markdown', extension: 'md', write: toMarkdown },
  latex: { name: 'LaTeX', extension: 'tex', write: toLatex },
}

/** Texts as {@link csvCell} has them. */
export function toCsv({ header, rows }: Sheet): string {
  const cell = (value: string | number | undefined): string =>
    typeof value === 'number' ? String(value) : csvCell(value ?? '')
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

export function toMarkdown({ header, rows }: Sheet): string {
  const cell = (value: string | number | undefined): string =>
    typeof value === 'number'
      ? String(value)
      : (value ?? '').replaceAll(/[\\|`*_[\]<>&~]/g, '\\$&').replaceAll(/\s*[\r\n]+\s*/g, ' ')
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const rule = header.map((_, at) => (isNumeric(rows, at) ? '---:' : '---'))
  return [header.map(cell), rule, ...rows.map((row) => row.map(cell))].map(line).join('')
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
}

/** A `tabular` without rules of its own packages. */
export function toLatex({ header, rows }: Sheet): string {
  const text = (value: string): string =>
    value
      .replaceAll(/[\\~^<>|"{}$&#%_]/g, (one) => LATEX[one] ?? `\\${one}`)
      // Two dashes would be joined, and a bracket behind a row's end be read as its height.
      .replaceAll('--', '-{}-')
      .replaceAll('[', '{[}')
      .replaceAll(/\s*[\r\n]+\s*/g, ' ')
  const cell = (value: string | number | undefined): string => {
    if (typeof value !== 'number') return text(value ?? '')
    const [mantissa, power] = String(value).split('e')
    if (power !== undefined) return `$${mantissa} \\times 10^{${Number(power)}}$`
    return value < 0 ? `$${value}$` : String(value)
  }
  const line = (cells: readonly string[]): string => `  ${cells.join(' & ')} \\\\\n`
  const columns = header.map((_, at) => (isNumeric(rows, at) ? 'r' : 'l')).join('')
  const body = rows.map((row) => line(row.map(cell))).join('')
  return `\\begin{tabular}{${columns}}\n  \\hline\n${line(header.map(text))}  \\hline\n${body}  \\hline\n\\end{tabular}\n`
}

/** A column of numbers stands to the right. */
function isNumeric(rows: Sheet['rows'], at: number): boolean {
  const cells = rows.map((row) => row[at]).filter((value) => value !== undefined)
  return cells.length > 0 && cells.every((value) => typeof value === 'number')
}
