import path from 'node:path'
import { inspect } from 'node:util'
import { SwanLabError } from '@swanlab/core'

/** What {@link CSVWriter} takes. */
export interface CSVWriterOptions {
  /** Folder of the file; made with the first row. Relative: to the working directory at construction. Default: `.` */
  dir?: string | undefined
  /** Name of the file. Default: `swanlab_run.csv` */
  filename?: string | undefined
  /**
   * - `runs`: one row a run, in one file that all runs share.
   * - `steps`: one row a `log()`, in a file for each run, `<filename without .csv>-<run id>.csv`.
   *
   * Default: `runs`
   */
  layout?: 'runs' | 'steps' | undefined
  /** Unique within a run: two writers need two names. Default: `CSVWriter` */
  name?: string | undefined
}

/** {@link CSVWriterOptions}, complete. */
export interface CheckedOptions {
  /** Absolute, so that it means the same in another process. */
  readonly dir: string
  readonly filename: string
  readonly layout: 'runs' | 'steps'
  readonly name: string
}

const CHECKS: { readonly [K in keyof CheckedOptions]: readonly [wants: string, right: (value: unknown) => boolean] } = {
  dir: ['a path', (value) => isText(value)],
  filename: ['the name of a file, without a folder', (value) => isText(value) && /^(?!\.{1,2}$)[^/\\]+$/.test(value)],
  layout: ['"runs" or "steps"', (value) => value === 'runs' || value === 'steps'],
  name: ['a non-empty string', (value) => isText(value) && value.trim() === value],
}

/** @throws SwanLabError `INVALID_OPTION` */
export function checkOptions(options: CSVWriterOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid(`takes an object of options, but got ${inspect(options)}`)
  for (const [option, value] of Object.entries(options)) {
    if (!isOption(option)) throw invalid(`knows no option "${option}"; there are ${Object.keys(CHECKS).join(', ')}`)
    const [wants, right] = CHECKS[option]
    if (value !== undefined && !right(value)) throw invalid(`"${option}" takes ${wants}, but got ${inspect(value)}`)
  }
  const { dir = '.', filename = 'swanlab_run.csv', layout = 'runs', name = 'CSVWriter' } = options
  return { dir: path.resolve(dir), filename, layout, name }
}

function isOption(name: string): name is keyof CheckedOptions {
  return Object.hasOwn(CHECKS, name)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0')
}

function invalid(what: string): SwanLabError {
  return new SwanLabError('INVALID_OPTION', `CSVWriter: ${what}.`)
}
