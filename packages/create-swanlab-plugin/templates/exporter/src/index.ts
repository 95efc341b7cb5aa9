import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkOptions, defineResident, type OptionChecks, type Outcome, SwanKitCallback } from '@swanlab/core'

/** Options of a {@link MyExporter}. */
export interface MyExporterOptions {
  /** Folder of the files, seen from the working directory of the training. It is made when it is not there. */
  readonly folder: string
}

const CHECKS: OptionChecks<MyExporterOptions> = {
  folder: ['a path', (value) => typeof value === 'string' && value !== '', { required: true }],
}

/** Writes a JSON file about each run when it has ended: how, and what its metrics came to. */
export class MyExporter extends SwanKitCallback<MyExporterOptions> {
  constructor(options: MyExporterOptions) {
    checkOptions('MyExporter', options, CHECKS)
    super(options)
  }

  override onStop({ state, duration, summary, run }: Outcome): void {
    const { folder } = this.options
    const { id, project, experimentName } = run
    mkdirSync(folder, { recursive: true })
    // Under its final name once it is whole. The same run may be told twice, and writes the same file again.
    const path = join(folder, `${id}.json`)
    writeFileSync(`${path}.tmp`, `${JSON.stringify({ id, project, experimentName, state, duration, summary })}\n`)
    renameSync(`${path}.tmp`, path)
  }
}

// It outlives the training: where that is killed, the file is written all the same.
defineResident(import.meta, MyExporter, 'my-plugin')
