import { login } from '@swanlab/cloud'
import { findHosts } from '@swanlab/cloud/internal'
import { SwanLabError } from '@swanlab/core'
import type { Command } from 'commander'
import { findKeySource } from '../key-source.ts'
import { notLoggedIn } from '../not-logged-in.ts'
import { note, print, printJson } from '../output.ts'

const EXAMPLES = `
Examples:
  $ swanlab verify
  $ swanlab verify --json | jq -r .username`

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('who is logged in, where, and where the key comes from')
    .option('--host <address>', "the server's address (default: the one that programs started here use)")
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run({ host, json }: { host?: string; json?: boolean }): Promise<void> {
  const { api, web } = findHosts({ host })
  const source = findKeySource({ host })
  if (!source) throw notLoggedIn(api)
  const { username } = await login({ host }).catch((error: unknown) => {
    if (error instanceof SwanLabError && error.code === 'LOGIN_FAILED') note(`The key comes from ${source.place}.`)
    throw error
  })
  if (json) return printJson({ username, host: api, webHost: web, key: source })
  print(`Logged in to ${api} as ${username}, with the key from ${source.place}.`)
}
