import { SwanLabError, VERSION } from '@swanlab/core'
import { Command, CommanderError } from 'commander'
import { addExport } from './commands/export.ts'
import { addLogin } from './commands/login.ts'
import { addLogout } from './commands/logout.ts'
import { addPing } from './commands/ping.ts'
import { addReplay } from './commands/replay.ts'
import { addRuns } from './commands/runs.ts'
import { addServer } from './commands/server.ts'
import { addSync } from './commands/sync.ts'
import { addVerify } from './commands/verify.ts'
import { addWatch } from './commands/watch.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { note } from './output.ts'

const AFTER_HELP = `
Examples:
  $ swanlab watch                          curves in a browser
  $ swanlab login                          ask for a key, and keep it
  $ swanlab sync swanlog/run-*             upload what was recorded offline
  $ swanlab runs                           what is in ./swanlog

Exit codes:
  0  done                  3  not logged in, or the key is not accepted
  1  failed, incomplete    4  the server cannot be reached
  2  wrong usage`

/** Runs the command line. Never rejects. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await assemble().parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    explain(error)
    return exitCodeOf(error)
  }
}

function assemble(): Command {
  const program = new Command('swanlab')
    .description('Experiment tracking: log in, upload runs, look at them, keep a server.')
    .version(VERSION, '-v, --version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .showHelpAfterError('(--help shows how it is used)')
    .addHelpText('after', AFTER_HELP)
  const commands = [
    addWatch,
    addLogin,
    addLogout,
    addVerify,
    addSync,
    addRuns,
    addReplay,
    addExport,
    addPing,
    addServer,
  ]
  for (const add of commands) add(program)
  return program
}

/** A misspelt option comes with its value, and that may be a key. */
function withoutValues(text: string): string {
  return text.replace(/^error: /, 'swanlab: ').replace(/(unknown option '-[^=']*=).*?'(?=\n|$)/s, "$1…'")
}

function explain(error: unknown): void {
  // commander has printed it.
  if (error instanceof CommanderError) return
  if (error instanceof SwanLabError) note(error.message)
  // The error code of the system, such as EACCES, with what it is about.
  else if (error instanceof Error && 'code' in error) note(error.message)
  else
    process.stderr.write(
      `swanlab: this should not have happened: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
}
