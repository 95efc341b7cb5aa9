import { resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { Watcher } from '@swanlab/dashboard'
import type { Command } from 'commander'
import { openInBrowser } from '../browser.ts'
import { EXIT } from '../exit-codes.ts'
import { note, print, printJson } from '../output.ts'
import { parsePort } from '../parse.ts'
import { tokenIn } from '../token-file.ts'

interface WatchFlags {
  readonly port: number
  readonly host: string
  readonly allowedHosts?: readonly string[]
  readonly tokenFile?: string
  readonly open: boolean
  readonly cache: boolean
  readonly json?: boolean
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/
/** Milliseconds that what was read of journals has to be kept; a person waits. */
const CLOSING = 300

const EXAMPLES = `
The page shows runs as they lie on disk, live; nothing of them is changed, and nothing leaves this machine. Ctrl-C ends it.
Over ssh it prints the command that brings the page to your own machine.

Examples:
  $ swanlab watch
  $ swanlab watch ~/cats/swanlog ~/dogs/swanlog
  $ swanlab watch swanlog/run-20260401_101500-4x8
  $ swanlab watch --host 0.0.0.0 --allowed-hosts gpu-7.example.com`

export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('show runs in a browser, live')
    .argument('[logdir...]', 'logdirs or run folders (default: SWANLAB_LOG_DIR, or ./swanlog)')
    .option('--port <port>', 'port; when it is taken, the next free one; 0 takes any', parsePort, 5092)
    .option('--host <address>', 'address that it listens on', '127.0.0.1')
    .option('--allowed-hosts <names...>', 'further names by which the page may be called')
    .option('--token-file <file>', 'where the token is kept, so that it stays the same; made when it is not there')
    .option('--no-open', 'open no browser')
    .option('--no-cache', 'keep nothing of what was read for the next time')
    .option('--json', 'answer in JSON, and open no browser')
    .addHelpText('after', EXAMPLES)
    .action(watch)
}

async function watch(given: readonly string[], flags: WatchFlags): Promise<void> {
  const { port, host, allowedHosts, tokenFile, cache } = flags
  const named = given.length > 0 ? given : [process.env['SWANLAB_LOG_DIR'] || 'swanlog']
  const folders = named.map((folder) => resolve(folder))
  const token = tokenFile === undefined ? undefined : tokenIn(tokenFile)
  const { watchRuns } = await import('@swanlab/dashboard')
  const stopped = stopSignal()
  const watcher = await watchRuns({ folders, port, host, allowedHosts, token, cache, report: note })
  for (const folder of folders)
    if (!existsSync(folder)) note(`There is no folder ${folder} yet; its runs are shown as soon as there are any.`)
  if (watcher.portTaken) note(`Port ${port} is taken; this is ${watcher.port}.`)
  if (flags.json) printJson({ url: watcher.url, port: watcher.port, folders })
  else introduce(watcher, folders, flags)
  await stopped
  // Whoever looks at the page does not keep it.
  setTimeout(() => process.exit(EXIT.ok), CLOSING)
  await watcher.close()
  process.exit(EXIT.ok)
}

function introduce({ url, openUrl, port }: Watcher, folders: readonly string[], { host, open }: WatchFlags): void {
  const { SSH_CONNECTION: connection, SSH_TTY: terminal } = process.env
  const isRemote = Boolean(connection ?? terminal)
  if (!LOOPBACK.test(host)) {
    note(
      `Listening on ${host}: whoever has the address, which holds the token, can look. It is plain HTTP: on a network`,
    )
    note(`that is not yours, use ssh instead: ${tunnel(port, connection)}`)
  } else if (isRemote) print(`On your own machine: ${tunnel(port, connection)}`)
  print(`Watching ${folders.join(', ')}`)
  print(url)
  if (open && !isRemote) openInBrowser(openUrl)
}

/** @param connection - As sshd has it: client, its port, server, its port. */
function tunnel(port: number, connection = ''): string {
  const [, , address = hostname(), sshPort = '22'] = connection.split(' ').filter((part) => part !== '')
  return `ssh -L ${port}:127.0.0.1:${port} ${sshPort === '22' ? '' : `-p ${sshPort} `}${userInfo().username}@${address}`
}

function stopSignal(): Promise<void> {
  return new Promise((settle) => {
    const onSignal = (): void => {
      // The second one ends the program at once.
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      settle()
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  })
}
