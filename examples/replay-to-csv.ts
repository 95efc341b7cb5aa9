import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { replay } from 'swanlab'
import { CSVWriter } from '@swanlab/plugin-csv'

// Exports runs that were recorded without a CSV: the callback gets them as if they happened now. Takes a run folder, or
// a folder of them; test/fixtures/crashed-run is one to try it on.
const given = process.argv[2] ?? 'swanlog'
const runs = existsSync(join(given, 'journal.jsonl'))
  ? [given]
  : readdirSync(given)
      .filter((name) => name.startsWith('run-'))
      .map((name) => join(given, name))
for (const dir of runs) {
  const { run, state, steps } = await replay(dir, new CSVWriter({ filename: 'all-runs.csv' }))
  console.log(`${run.experimentName} of ${run.project}: ${state}, ${steps} steps`)
}
