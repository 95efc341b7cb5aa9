import { resolve } from 'node:path'
import type { Command } from 'commander'
import { parsePort } from '../parse.ts'
import { serve, type ServeFlags } from '../serve.ts'
import { addAccounts } from './server-accounts.ts'
import { addCheck } from './server-check.ts'
import { DEFAULT_DATA, type DataFlag } from './server-data.ts'

const EXAMPLES = `
At its first start it makes a user, and prints the key once, with the two variables that clients need. Ctrl-C stops it.

Examples:
  $ swanlab server
  $ swanlab server --data /srv/swanlab --host 0.0.0.0 --tls-key key.pem --tls-cert cert.pem
  $ swanlab server user add alice --data /srv/swanlab
  $ swanlab server check --data /srv/swanlab`

export function addServer(program: Command): void {
  const server = program.command('server').description('keep a tracking server in one folder')
  server
    // The commands below it have a --data of their own.
    .enablePositionalOptions()
    .option('--data <folder>', 'folder of everything that the server keeps', DEFAULT_DATA)
    .option('--port <port>', 'port; 0 takes a free one', parsePort, 5092)
    .option('--host <address>', 'address that it listens on', '127.0.0.1')
    .option('--insecure', 'listen in the open without TLS; keys and data can be read on the way')
    .option('--allow-weak-lock', 'start although the kernel cannot lock the folder; see docs/reliability.md')
    .option('--tls-key <file>', "the certificate's key, as PEM")
    .option('--tls-cert <file>', 'the certificate, as PEM')
    .addHelpText('after', EXAMPLES)
    .action((flags: ServeFlags) => serve(server, flags))

  const dataOf = ({ data }: DataFlag): string => resolve(data ?? server.opts<ServeFlags>().data)
  addAccounts(server, dataOf)
  addCheck(server, dataOf)
}
