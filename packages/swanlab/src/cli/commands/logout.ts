import { join } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import { globalFolder, hereAndNow, localFolder, readLogin, removeLogin } from '@swanlab/cloud/internal'
import type { Command } from 'commander'
import { note, print } from '../output.ts'

const EXAMPLES = `
Examples:
  $ swanlab logout
  $ swanlab logout --local`

export function addLogout(program: Command): void {
  program
    .command('logout')
    .description('forget the login that is kept on this machine')
    .option('--local', 'the one in ./.swanlab')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

function run({ local = false }: { local?: boolean }): void {
  const around = hereAndNow()
  const folder = local ? localFolder(around) : globalFolder(around)
  const path = join(folder, '.netrc')
  const here = !local && readLogin(localFolder(around)) !== undefined
  const gone = removeLogin(folder)
  if (gone) print(`Logged out: the login in ${path} is gone.`)
  if (here) note('The login in ./.swanlab is still there: swanlab logout --local')
  if (around.env['SWANLAB_API_KEY']) note('SWANLAB_API_KEY is still set; programs started here go on using it.')
  if (!gone) throw new SwanLabError('LOGIN_FAILED', `There is no login in ${path}.`)
}
