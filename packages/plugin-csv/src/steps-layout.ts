import type { LogRecord, RunInfo } from '@swanlab/core'
import { fileOfRun } from './file-of-run.ts'
import type { Layout } from './layout.ts'
import { StepsFile } from './steps-file.ts'

/** Steps that may be logged before the run is known. */
const MAX_EARLY = 1_000

/** One row a step, in a file for each run. */
export class StepsLayout implements Layout {
  readonly #base: string
  #file: StepsFile | undefined
  #early: LogRecord[] = []
  #ended = false

  constructor(base: string) {
    this.#base = base
  }

  reset(): void {
    this.#file?.close()
    this.#file = undefined
    this.#early = []
    this.#ended = false
  }

  begin(run: RunInfo): void {
    const early = this.#early
    this.reset()
    this.#file = new StepsFile(fileOfRun(this.#base, '-', run.id), run.resumed)
    for (const record of early) this.#file.write(record)
  }

  log(record: LogRecord): void {
    // Media alone: nothing that a table of numbers could hold.
    if (Object.keys(record.data).length === 0) return
    if (this.#file) this.#file.write(record)
    else if (this.#early.length < MAX_EARLY) this.#early.push(record)
    // Another callback may log in its `onStop`, after this one's.
    if (this.#ended) this.#file?.finish()
  }

  end(): void {
    this.#ended = true
    this.#file?.finish()
  }
}
