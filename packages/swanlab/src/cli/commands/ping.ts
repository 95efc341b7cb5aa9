import { findHosts } from '@swanlab/cloud/internal'
import type { Command } from 'commander'
import { print, printJson } from '../output.ts'
import { pingHost, WARM } from '../ping-host.ts'

const EXAMPLES = `
Examples:
  $ swanlab ping
  $ swanlab ping --host http://127.0.0.1:5092 --json`

export function addPing(program: Command): void {
  program
    .command('ping')
    .description('whether a server answers, and how fast')
    .option('--host <address>', "the server's address (default: the one that programs started here use)")
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action(run)
}

async function run({ host, json }: { host?: string; json?: boolean }): Promise<void> {
  const { api } = findHosts({ host })
  const { first, time } = await pingHost(api)
  if (json) printJson({ host: api, time: rounded(time), first: rounded(first) })
  else {
    const how = `the fastest of ${WARM} on an open connection; the first took ${rounded(first)} ms, with connecting`
    print(`${api} answers: ${rounded(time)} ms (${how})`)
  }
}

/** To a tenth of a millisecond: servers nearby answer in one or two. */
function rounded(ms: number): number {
  return Math.round(10 * ms) / 10
}
