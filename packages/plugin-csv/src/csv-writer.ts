import path from 'node:path'
import { SwanKitCallback, type LogRecord, type Outcome, type Resident, type RunInfo } from '@swanlab/core'
import type { Layout } from './layout.ts'
import { completeOptions, type CSVWriterOptions } from './options.ts'
import { RunsLayout } from './runs-layout.ts'
import { StepsLayout } from './steps-layout.ts'

/**
 * Writes runs to CSV: a row for each run, or a row for each step. The row of a run is on disk when its end has been
 * told, also when the process crashes; rows of steps are handed to the system one by one.
 *
 * Source: `CSVWriter` of SwanLab, whose columns the layout `runs` has. `layout` and `name` are ours.
 *
 * @throws SwanLabError `INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { init } from 'swanlab'
 * import { CSVWriter } from '@swanlab/plugin-csv'
 *
 * await init({ project: 'demo', callbacks: [new CSVWriter({ dir: 'results' })] })
 * ```
 */
export class CSVWriter extends SwanKitCallback {
  override readonly name: string
  override readonly resident: Resident | undefined
  /** Absent in the layout `runs`, which costs a step nothing. */
  override readonly onLog?: (record: LogRecord) => void
  readonly #layout: Layout

  constructor(options: CSVWriterOptions = {}) {
    super()
    const complete = completeOptions(options)
    const file = path.join(complete.dir, complete.filename)
    this.name = complete.name
    // What a subclass changes would be lost.
    this.resident =
      this.constructor === CSVWriter
        ? {
            module: import.meta.url,
            package: '@swanlab/plugin-csv',
            export: 'CSVWriter',
            options: complete,
          }
        : undefined
    const layout: Layout = complete.layout === 'runs' ? new RunsLayout(file) : new StepsLayout(file)
    if (layout.log) this.onLog = (record) => layout.log?.(record)
    this.#layout = layout
  }

  /** Another callback may `log()` in its `onRun`, before this one has been given the run. */
  override apply(): void {
    this.#layout.reset?.()
  }

  override onRun(run: RunInfo): void {
    this.#layout.begin?.(run)
  }

  /** @throws SwanLabError `CALLBACK_FAILED`, naming the file and the reason. */
  override onStop(outcome: Outcome): void {
    this.#layout.end(outcome)
  }
}
