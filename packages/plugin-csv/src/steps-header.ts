import { readFileSync, readSync } from 'node:fs'
import { parseCsv, quote, type CsvRecord } from './csv.ts'
import { defuse, undefuse } from './formula.ts'

const BOM = '\uFEFF'
const FIRST_READ = 64 * 1024
const MAX_BYTES = 64 * 1024 * 1024

/** Columns that every file of steps begins with. */
export const STEP_COLUMNS: readonly string[] = ['step', 'time']

/** The first line of a file of steps. */
export interface StepsHeader {
  readonly names: readonly string[]
  /** End of the line; empty when the line was cut off. */
  readonly newline: string
  /** In bytes, the end of the line included. */
  readonly length: number
}

/** @returns undefined when the file does not begin as a file of steps does. */
export function readHeader(fd: number): StepsHeader | undefined {
  for (let size = FIRST_READ; size <= MAX_BYTES; size *= 2) {
    const bytes = Buffer.alloc(size)
    const read = readSync(fd, bytes, 0, size, 0)
    const text = bytes.toString('utf8', 0, read)
    const bom = text.startsWith(BOM) ? BOM : ''
    const record = firstRecord(text.slice(bom.length))
    const isWhole = read < size || (record && bom.length + record.raw.length + 2 <= text.length)
    if (!isWhole) continue
    if (!record || !STEP_COLUMNS.every((name, place) => record.cells[place] === name)) return undefined
    const names = record.cells.map(undefuse)
    if (new Set(names).size < names.length) return undefined
    return { names, newline: record.end, length: Buffer.byteLength(bom + record.raw + record.end) }
  }
  return undefined
}

export function headerText(names: Iterable<string>): string {
  return Array.from(names, (name) => quote(defuse(name))).join(',')
}

/** Names that wait in a file of their own, a JSON string a line. A last line that was cut off names nothing. */
export function readWaiting(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => String(JSON.parse(line)))
}

export function waitingText(names: readonly string[]): string {
  return names.map((name) => `${JSON.stringify(name)}\n`).join('')
}

function firstRecord(text: string): CsvRecord | undefined {
  try {
    return parseCsv(text).next().value ?? undefined
  } catch {
    return undefined
  }
}
