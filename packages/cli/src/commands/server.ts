import { resolve } from 'node:path'
import type { Command } from 'commander'
import { print } from '../output.ts'
import { parsePort } from '../parse.ts'
import { addKey, addUser } from '../server-accounts.ts'
import { serve, type ServeFlags } from '../serve.ts'

const DEFAULT_DATA = 'swanlab-data'

const EXAMPLES = `
At its first start it makes a user, and prints the key once, with the two variables that clients need. Ctrl-C stops it.

Examples:
  $ swanlab server
  $ swanlab server --data /srv/swanlab --host 0.0.0.0 --tls-key key.pem --tls-cert cert.pem
  $ swanlab server user add alice --data /srv/swanlab`

const ACCOUNT_NOTE = `
The key is printed once; the server keeps only a digest of it. A server that is running accepts it at once.`

export function addServer(program: Command): void {
  const server = program.command('server').description('keep a tracking server in one folder')
  server
    // "user" and "key" have a --data of their own.
    .enablePositionalOptions()
    .option('--data <folder>', 'folder of everything that the server keeps', DEFAULT_DATA)
    .option('--port <port>', 'port; 0 takes a free one', parsePort, 5092)
    .option('--host <address>', 'address that it listens on', '127.0.0.1')
    .option('--insecure', 'listen in the open without TLS; keys and data can be read on the way')
    .option('--tls-key <file>', "the certificate's key, as PEM")
    .option('--tls-cert <file>', 'the certificate, as PEM')
    .addHelpText('after', EXAMPLES)
    .action((flags: ServeFlags) => serve(server, flags))

  const dataOf = ({ data }: { data?: string }): string => resolve(data ?? server.opts<ServeFlags>().data)
  const account = (group: Command, usage: string, description: string): Command =>
    group
      .command(usage)
      .description(description)
      .option('--data <folder>', `folder of the server (default: "${DEFAULT_DATA}")`)
      .addHelpText('after', ACCOUNT_NOTE)

  account(
    server.command('user').description('users of the server'),
    'add <name>',
    'make a user, and print a key',
  ).action(async (name: string, flags: { data?: string }) => print(await addUser(dataOf(flags), name)))
  account(server.command('key').description('keys of users'), 'add <user>', 'make a further key, and print it').action(
    async (user: string, flags: { data?: string }) => print(await addKey(dataOf(flags), user)),
  )
}
