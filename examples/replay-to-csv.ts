import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { replay } from '@swanlab/core'
import { CSVWriter } from '@swanlab/plugin-csv'

// Exports runs that were recorded without a CSV: the callback hears them as if they happened now.
const logdir = process.argv[2] ?? 'swanlog'
for (const name of readdirSync(logdir).filter((folder) => folder.startsWith('run-'))) {
  const { run, state, steps } = await replay(join(logdir, name), new CSVWriter({ filename: 'all-runs.csv' }))
  console.log(`${run.experimentName} of ${run.project}: ${state}, ${steps} steps`)
}
