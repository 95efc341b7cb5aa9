import type { JsonValue } from '@swanlab/core'
import { defuse } from './formula.ts'

/** End of a line in files that have none yet. Source: RFC 4180. */
export const NEWLINE = '\r\n'

const LONE_SURROGATES = /\p{Surrogate}/gu

/** One record of a CSV text. */
export interface CsvRecord {
  readonly cells: string[]
  /** The record as it stands in the text, without its end; empty for a blank line. */
  readonly raw: string
  /** What ended it; empty at the end of the text. */
  readonly end: string
}

/** Text that survives UTF-8: half characters become U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\uFFFD')
}

/** Every number as text that reads back as exactly that number. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/**
 * A value as the text of a cell, not yet quoted. Strings that a spreadsheet would run are defused; numbers are left
 * alone; objects and arrays become JSON; nothing becomes the empty cell.
 */
export function cellText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return defuse(wellFormed(value))
  if (typeof value === 'boolean') return String(value)
  return wellFormed(JSON.stringify(value))
}

/** The text of a cell as it stands in a file. */
export function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Reads CSV text: records end with CRLF, LF or CR, and cells in quotes may hold all of these.
 *
 * @throws Error when a quote is opened and never closed.
 */
export function* parseCsv(text: string): Generator<CsvRecord, void, undefined> {
  const plain = /[^,\r\n]*/y
  let at = 0
  while (at < text.length) {
    const start = at
    const cells: string[] = []
    for (;;) {
      let cell = ''
      if (text[at] === '"') {
        const quoted = readQuoted(text, at)
        cell = quoted.cell
        at = quoted.end
      }
      plain.lastIndex = at
      cell += plain.exec(text)![0]
      at = plain.lastIndex
      cells.push(cell)
      if (text[at] !== ',') break
      at++
    }
    const raw = text.slice(start, at)
    const end = text.startsWith('\r\n', at) ? '\r\n' : (text[at] ?? '')
    at += end.length
    yield { cells, raw, end }
  }
}

function readQuoted(text: string, start: number): { cell: string; end: number } {
  let cell = ''
  for (let at = start + 1; ;) {
    const close = text.indexOf('"', at)
    if (close < 0) throw new Error(`a quote opened at character ${start + 1} is never closed`)
    cell += text.slice(at, close)
    if (text[close + 1] !== '"') return { cell, end: close + 1 }
    cell += '"'
    at = close + 2
  }
}
