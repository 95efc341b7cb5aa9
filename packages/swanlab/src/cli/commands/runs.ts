import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import type { Command } from 'commander'
import { findRuns } from '../find-runs.ts'
import { note, print, printJson, printTable, shownTime } from '../output.ts'
import { summarize, type RunSummary } from '../run-summary.ts'

/** Metrics that a row of the table has room for. */
const MOST_METRICS = 3
const HEADING = ['NAME', 'ID', 'PROJECT', 'STATE', 'STEPS', 'LAST METRICS', 'STARTED']

const WHERE = ' Programs that ran in another folder recorded there; name it, or set SWANLAB_LOG_DIR.'

const EXAMPLES = `
The newest run comes first. "lost" is a run that never ended and whose process is gone.

Examples:
  $ swanlab runs
  $ swanlab runs swanlog/run-20260401_101500-4x8
  $ swanlab runs swanlab-data
  $ swanlab runs ~/experiments/swanlog --json | jq '.[] | select(.state == "crashed") | .dir'`

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('the runs that are recorded in a folder')
    .argument('[folder]', "a logdir, a run folder, or a server's data (default: SWANLAB_LOG_DIR, or ./swanlog)")
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

function run(given: string | undefined, { json }: { json?: boolean }): void {
  const folder = resolve(given ?? (process.env['SWANLAB_LOG_DIR'] || 'swanlog'))
  const entry = statSync(folder, { throwIfNoEntry: false })
  if (!entry) throw new SwanLabError('INVALID_FILE', `There is no folder ${folder}.${given === undefined ? WHERE : ''}`)
  if (!entry.isDirectory()) throw new SwanLabError('INVALID_FILE', `${folder} is a file, not a folder.`)
  const runs = summariesOf(findRuns(folder))
  if (json) return printJson(runs)
  if (runs.length === 0) return print(`There are no runs in ${folder}.`)
  printTable([HEADING, ...runs.map(rowOf)])
}

function summariesOf(folders: readonly string[]): RunSummary[] {
  return folders
    .flatMap((dir) => {
      try {
        return [summarize(dir)]
      } catch (error) {
        note(`${dir}: ${error instanceof Error ? error.message : 'it cannot be read'}`)
        return []
      }
    })
    .toSorted((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0))
}

function rowOf({ name, id, workspace, project, state, steps, metrics, startTime }: RunSummary): string[] {
  const owned = workspace === undefined ? project : `${workspace}/${project}`
  return [name, id, owned, state, steps, shownMetrics(metrics), shownTime(startTime)].map((cell) =>
    cell === undefined ? '-' : String(cell),
  )
}

function shownMetrics(metrics: RunSummary['metrics']): string {
  const all = Object.entries(metrics).filter(([key]) => !key.startsWith('__swanlab__.'))
  const shown = all
    .slice(0, MOST_METRICS)
    .map(([key, value]) => `${key}=${Number.isInteger(value) ? value : Number(value.toPrecision(4))}`)
  return [...shown, ...(all.length > MOST_METRICS ? ['…'] : [])].join(' ') || '-'
}
