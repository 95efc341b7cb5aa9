import { login } from '@swanlab/cloud'
import {
  findHosts,
  findKey,
  findLoginHosts,
  isSwanLabCloud,
  type GivenCredentials,
  type Hosts,
} from '@swanlab/cloud/internal'
import { SwanLabError } from '@swanlab/core'
import type { Command } from 'commander'
import { askForKey, givenKey } from '../api-key.ts'
import { findKeySource, type KeySource } from '../key-source.ts'
import { note, print, printJson } from '../output.ts'

interface Flags {
  readonly relogin?: boolean
  readonly apiKey?: string
  readonly host?: string
  readonly webHost?: string
  readonly local?: boolean
  readonly json?: boolean
}

type LoggedIn = Awaited<ReturnType<typeof login>>

/** Wrong keys before the question is given up. */
const MAX_TRIES = 3

const EXAMPLES = `
Without a key it is asked for, and not shown. The login is kept in ~/.swanlab/.netrc, where SwanLab's other clients
find it, too.

Examples:
  $ swanlab login
  $ swanlab login --host http://127.0.0.1:5092
  $ swanlab login --relogin --api-key - < key.txt`

export function addLogin(program: Command): void {
  program
    .command('login')
    .description('log in to a server, and keep the login')
    .option('-r, --relogin', 'ask for a key although there is a login')
    .option('-k, --api-key <key>', 'the key; "-" reads it from standard input')
    .option('--host <address>', "the server's address (default: the one of the last login, or SwanLab's cloud)")
    .option('--web-host <address>', 'where people look at runs, when that is another address')
    .option('--local', 'keep the login in ./.swanlab, for the programs started in this folder')
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run(flags: Flags): Promise<void> {
  const hosts = { host: flags.host, webHost: flags.webHost }
  const given = await givenKey(flags.apiKey)
  const source = given === undefined && !flags.relogin ? findKeySource(hosts) : undefined
  const known = source && (!flags.local || source.kind !== 'global') ? await tryKnown(hosts, source) : undefined
  if (known && source) return printLogin(known, source, flags)
  const to = findLoginHosts(hosts)
  const save = flags.local ? 'local' : true
  const keep = (apiKey: string): Promise<LoggedIn> => login({ host: to.api, webHost: to.web, apiKey, save })
  printLogin(given === undefined ? await askAndKeep(to, keep) : await keep(given), undefined, flags)
  warnOfOthers(to)
}

/** Of what keeps programs that are started here from using the login that was just kept. */
function warnOfOthers({ api: kept }: Hosts): void {
  if (process.env['SWANLAB_API_KEY'])
    note('SWANLAB_API_KEY is set; programs started here use that key, not the one that is kept.')
  const here = findHosts({}).api
  if (here === kept) return
  const why = process.env['SWANLAB_API_HOST']
    ? 'SWANLAB_API_HOST is set'
    : `the key from ${findKey({})?.place} is for it`
  note(`Programs started here talk to ${here}, not to ${kept}: ${why}.`)
}

/** Absent: the key is not accepted, and somebody is there who can give another. */
async function tryKnown(hosts: GivenCredentials, source: KeySource): Promise<LoggedIn | undefined> {
  try {
    return await login(hosts)
  } catch (error) {
    if (!isWrongKey(error) || !process.stdin.isTTY) throw error
    note(`${error.message} It comes from ${source.place}.`)
    return undefined
  }
}

async function askAndKeep(hosts: Hosts, keep: (apiKey: string) => Promise<LoggedIn>): Promise<LoggedIn> {
  if (!process.stdin.isTTY)
    throw new SwanLabError('LOGIN_FAILED', 'There is no key, and no terminal to ask on: give it with --api-key -')
  const { api, web } = hosts
  const where = isSwanLabCloud(hosts)
    ? `Your API key is at ${web}/space/~/settings`
    : 'Whoever runs it gives you an API key.'
  note(`Logging in to ${api}. ${where}`)
  for (let tries = 1; ; tries++) {
    const key = await askForKey('swanlab: Paste it here (it is not shown): ')
    try {
      return await keep(key)
    } catch (error) {
      if (!isWrongKey(error) || tries === MAX_TRIES) throw error
      note(error.message)
    }
  }
}

/** Not accepted, or nothing that a key can be. */
function isWrongKey(error: unknown): error is SwanLabError {
  return error instanceof SwanLabError && ['LOGIN_FAILED', 'INVALID_OPTION'].includes(error.code)
}

function printLogin({ username, host, savedIn }: LoggedIn, source: KeySource | undefined, { json }: Flags): void {
  if (json) return printJson({ username, host, savedIn, already: source !== undefined })
  if (!source) return print(`Logged in to ${host} as ${username}. The login is kept in ${savedIn}.`)
  print(`Already logged in to ${host} as ${username}, with the key from ${source.place}. Another key: --relogin`)
}
