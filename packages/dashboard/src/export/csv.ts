import { basename, join } from 'node:path'
import { JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/journal'
import { csvCell } from './csv-cell.ts'

/**
 * `long`: one line for each point, `run,step,time,key,value`. `wide`: one line for each `log()`, with a column for each
 * key of all runs; for that the journals are read twice.
 */
export type CsvForm = 'long' | 'wide'

type LogRecord = JournalRecord & { readonly type: 'log' }

const LOG = new Set(['log'] as const)
/** Bytes of a journal that are read before others have their turn: about 2 ms. */
const SLICE = 256 * 1024

/**
 * All points of runs, as their journals have them: nothing is thinned.
 *
 * @param dirs - Run folders.
 * @throws the file system's own error, or SwanLabError `INVALID_FILE`, when a journal cannot be opened.
 */
export async function* runsAsCsv(dirs: readonly string[], form: CsvForm = 'long'): AsyncGenerator<string, void> {
  if (form === 'long') {
    yield 'run,step,time,key,value\n'
    for (const dir of dirs) {
      const run = csvCell(basename(dir))
      yield* textOf(dir, ({ step, time, data }) => {
        const start = `${run},${step},${isoTime(time)}`
        return Object.keys(data).reduce((text, key) => `${text}${start},${csvCell(key)},${String(data[key])}\n`, '')
      })
    }
    return
  }
  const keys = new Set<string>()
  for (const dir of dirs) for await (const { data } of rowsOf(dir)) for (const key of Object.keys(data)) keys.add(key)
  const columns = [...keys]
  yield `${['run', 'step', 'time', ...columns.map(csvCell)].join(',')}\n`
  for (const dir of dirs) {
    const run = csvCell(basename(dir))
    yield* textOf(dir, ({ step, time, data }) => {
      const cells = columns.map((key) => (Object.hasOwn(data, key) ? String(data[key]) : ''))
      return `${[run, step, isoTime(time), ...cells].join(',')}\n`
    })
  }
}

/** All points of one key of a run. @throws as {@link runsAsCsv}. */
export async function* pointsAsCsv(dir: string, key: string): AsyncGenerator<string, void> {
  yield `step,time,${csvCell(key)}\n`
  yield* textOf(dir, ({ step, time, data }) =>
    Object.hasOwn(data, key) ? `${step},${isoTime(time)},${String(data[key])}\n` : '',
  )
}

/** Empty for what is no time of any calendar. */
function isoTime(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

async function* textOf(dir: string, lineOf: (row: LogRecord) => string): AsyncGenerator<string, void> {
  for await (const rows of slicesOf(dir)) {
    const text = rows.reduce((all, row) => all + lineOf(row), '')
    if (text !== '') yield text
  }
}

async function* rowsOf(dir: string): AsyncGenerator<LogRecord, void> {
  for await (const rows of slicesOf(dir)) yield* rows
}

async function* slicesOf(dir: string): AsyncGenerator<LogRecord[], void> {
  const cursor = new JournalCursor(join(dir, JOURNAL_FILE), { only: LOG })
  try {
    do {
      yield [...cursor.read(SLICE)].filter((record) => record.type === 'log')
      await new Promise((resolve) => setImmediate(resolve))
    } while (!cursor.atEnd)
    // The last line may lack only its break.
    yield [...cursor.end()].filter((record) => record.type === 'log')
  } finally {
    cursor.close()
  }
}
