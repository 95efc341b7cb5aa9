import { SwanLabError } from '@swanlab/core'
import type { Damage } from '@swanlab/server'
import type { Command } from 'commander'
import { print, printJson } from '../output.ts'
import { refuseMissing } from '../server-accounts.ts'
import { withData, type DataFlag, type DataOf } from './server-data.ts'

const HELP = `
Reads everything that the server would, every line of every journal included, and writes nothing; a server may be running.
The exit code is 1 when something is wrong.`

type CheckFlags = DataFlag & { readonly json?: boolean }

export function addCheck(server: Command, dataOf: DataOf): void {
  withData(server.command('check [folder]').description("what is wrong in a server's folder, and what can be done"))
    .option('--json', 'answer in JSON')
    .addHelpText('after', HELP)
    .action(async (folder: string | undefined, { data, json }: CheckFlags) => {
      const given = folder ?? data
      await check(dataOf(given === undefined ? {} : { data: given }), json)
    })
}

/** @throws SwanLabError when something is wrong. */
async function check(dataDir: string, json = false): Promise<void> {
  refuseMissing(dataDir)
  const { checkFolder } = await import('@swanlab/server')
  const report = await checkFolder(dataDir)
  const { projects, runs, damages, notes } = report
  if (json) printJson(report)
  else {
    damages.forEach(printDamage)
    notes.forEach(printDamage)
    print(`Looked at ${count(projects, 'project')} and ${count(runs, 'run')}.`)
  }
  if (damages.length > 0)
    throw new SwanLabError('INVALID_FILE', `${count(damages.length, 'thing')} in ${dataDir} cannot be used.`)
}

function printDamage({ path, problem, remedy }: Damage): void {
  print(`${path} ${problem}`)
  print(`    ${remedy}`)
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
