import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import { JOURNAL_FILE, noRunIn, replay, type ReplayReport } from '@swanlab/journal'
import { Option, type Command } from 'commander'
import { leftOut, note, print } from '../output.ts'
import { summarize } from '../run-summary.ts'

const EXAMPLES = `
The file has a row for each step. A run that is still being recorded is followed until it ends.

Examples:
  $ swanlab replay swanlog/run-20260401_101500-4x8 --to csv
  $ swanlab replay swanlog/run-20260401_101500-4x8 --to csv -o last-week.csv`

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('turn a recorded run into another format')
    .argument('<folder>', 'the run folder')
    .addOption(new Option('--to <format>', 'the format').choices(['csv']).makeOptionMandatory())
    .option('-o, --output <file>', 'the file (default: named like the folder, in the working directory)')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run(folder: string, { output }: { output?: string }): Promise<void> {
  const dir = resolve(folder)
  if (!existsSync(join(dir, JOURNAL_FILE))) throw noRunIn(dir)
  const target = resolve(output ?? `${basename(dir)}.csv`)
  refuseTarget(target)
  const { state, damaged } = summarize(dir)
  if (state === 'running') note('The run is still being recorded; it is followed until it ends.')
  if (damaged > 0) note(`${leftOut(damaged)}.`)
  const { steps: rows, raised } = await writeCsv(dir, target)
  for (const { callback, level, title, text } of raised) note(`${callback}: ${level}: ${title}${text && `: ${text}`}`)
  print(`${target}: ${rows} rows`)
}

/** Before a run is followed for hours. */
function refuseTarget(target: string): void {
  if (!existsSync(dirname(target)))
    throw new SwanLabError('INVALID_FILE', `There is no folder ${dirname(target)} to write into.`)
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new SwanLabError('INVALID_FILE', `${target} is a folder; --output takes a file.`)
}

/** In a folder beside the file, so that a file that is there stays whole until the new one is. */
async function writeCsv(dir: string, target: string): Promise<ReplayReport> {
  const { CSVWriter } = await import('@swanlab/plugin-csv')
  let scratch: string | undefined
  const discard = (): void => {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
  }
  const stopped = (signal: NodeJS.Signals): void => {
    discard()
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', stopped).once('SIGTERM', stopped)
  try {
    scratch = mkdtempSync(join(dirname(target), '.swanlab-replay-'))
    const writer = new CSVWriter({ dir: scratch, layout: 'steps' })
    const result = await replay(dir, writer, {
      report: (level, message) => (level === 'warn' || level === 'error' ? note(message) : undefined),
    })
    if (result.callbacks.some(({ failures }) => failures > 0))
      throw new SwanLabError('CALLBACK_FAILED', `${target} is not written.`)
    const [file] = readdirSync(scratch).filter((name) => name.endsWith('.csv'))
    if (file === undefined) throw new SwanLabError('INVALID_FILE', `The run has no steps; ${target} is not written.`)
    renameSync(join(scratch, file), target)
    return result
  } finally {
    process.off('SIGINT', stopped).off('SIGTERM', stopped)
    discard()
  }
}
