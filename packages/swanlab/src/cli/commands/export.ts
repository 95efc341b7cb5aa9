import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SwanLabError } from '@swanlab/core'
import { Option, type Command } from 'commander'
import { findRuns } from '../find-runs.ts'

interface ExportFlags {
  readonly csv?: true | 'long' | 'wide'
  readonly output?: string
}

const EXAMPLES = `
All points are there, as the journal has them. In the long form each has a line of its own, in the wide form each call of
log() has one, with a column for each key.

Examples:
  $ swanlab export swanlog/run-20260401_101500-4x8 --csv > points.csv
  $ swanlab export swanlog --csv wide --output all.csv`

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write what runs logged to a file')
    .argument('<run...>', 'run folders, or logdirs for all of their runs')
    .addOption(new Option('--csv [form]', 'as CSV, of one form: long (the default) or wide').choices(['long', 'wide']))
    .option('--output <file>', 'where it is written to (default: standard output)')
    .addHelpText('after', EXAMPLES)
  command.action((given: readonly string[], flags: ExportFlags) => {
    if (flags.csv === undefined) command.error('error: say as what: --csv')
    return exportRuns(given, flags)
  })
}

async function exportRuns(given: readonly string[], { csv, output }: ExportFlags): Promise<void> {
  const dirs = given.flatMap((path) => {
    const runs = findRuns(resolve(path))
    if (runs.length === 0) throw new SwanLabError('INVALID_FILE', `There is no run in ${path}.`)
    return runs
  })
  const { runsAsCsv } = await import('@swanlab/dashboard')
  const text = runsAsCsv([...new Set(dirs)], csv === 'wide' ? 'wide' : 'long')
  if (output === undefined) return pipeline(text, process.stdout, { end: false })
  return pipeline(text, createWriteStream(output, { flags: 'wx' }))
}
