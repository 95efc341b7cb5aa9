import path from 'node:path'
import { checkOptions, type OptionChecks } from '@swanlab/core'

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
export interface CompleteOptions {
  /** Absolute, so that it means the same in another process. */
  readonly dir: string
  readonly filename: string
  readonly layout: 'runs' | 'steps'
  readonly name: string
}

const CHECKS: OptionChecks<CSVWriterOptions> = {
  dir: ['a path', isText],
  filename: ['the name of a file, without a folder', (value) => isText(value) && /^(?!\.{1,2}$)[^/\\]+$/.test(value)],
  layout: ['"runs" or "steps"', (value) => value === 'runs' || value === 'steps'],
  name: ['text that is not empty, without blanks around it', (value) => isText(value) && value.trim() === value],
}

/** @throws SwanLabError `INVALID_OPTION` */
export function completeOptions(options: CSVWriterOptions): CompleteOptions {
  checkOptions('CSVWriter', options, CHECKS)
  const { dir = '.', filename = 'swanlab_run.csv', layout = 'runs', name = 'CSVWriter' } = options
  return { dir: path.resolve(dir), filename, layout, name }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0')
}
