import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SwanLabError } from '@swanlab/core'
import { Option, type Command } from 'commander'
import { findRuns } from '../find-runs.ts'

interface ExportFlags {
  readonly csv?: true | 'long' | 'wide'
  readonly html?: true | string
  readonly output?: string
}

const EXAMPLES = `
CSV holds all points, as the journal has them: in the long form each has a line of its own, in the wide form each call of
log() has one, with a column for each key.

HTML is one page with all charts, and with how each run ended. It opens from disk, without a server and without a network.
Charts are divided into up to 2,000 columns, of which each shows its smallest and its largest value.

Examples:
  $ swanlab export swanlog/run-20260401_101500-4x8 --csv > points.csv
  $ swanlab export swanlog --csv wide --output all.csv
  $ swanlab export swanlog --html week.html`

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write what runs logged to a file')
    .argument('<run...>', 'run folders, or logdirs for all of their runs')
    .addOption(new Option('--csv [form]', 'as CSV, of one form: long (the default) or wide').choices(['long', 'wide']))
    .addOption(new Option('--html [file]', 'as one page, written to the file').conflicts('csv'))
    .option('--output <file>', 'where it is written to (default: standard output)')
    .addHelpText('after', EXAMPLES)
  command.action((given: readonly string[], flags: ExportFlags) => {
    const { csv, html, output } = flags
    if (csv === undefined && html === undefined) command.error('error: say as what: --csv or --html')
    if (typeof html === 'string' && output !== undefined)
      command.error(`error: the page has two names, ${html} and ${output}: leave one out`)
    const file = typeof html === 'string' ? html : output
    if (html !== undefined && file === undefined && process.stdout.isTTY)
      command.error('error: a page is not for a terminal: name a file, as in --html runs.html')
    return exportRuns(given, csv, file)
  })
}

async function exportRuns(given: readonly string[], csv: ExportFlags['csv'], file: string | undefined): Promise<void> {
  const dirs = given.flatMap((path) => {
    const runs = findRuns(resolve(path))
    if (runs.length === 0) throw new SwanLabError('INVALID_FILE', `There is no run in ${path}.`)
    return runs
  })
  const { runsAsCsv, runsAsHtml } = await import('@swanlab/dashboard')
  const all = [...new Set(dirs)]
  const text =
    csv === undefined ? Readable.from([await runsAsHtml(all)]) : runsAsCsv(all, csv === 'wide' ? 'wide' : 'long')
  if (file === undefined) return pipeline(text, process.stdout, { end: false })
  return pipeline(text, createWriteStream(file, { flags: 'wx' }))
}
