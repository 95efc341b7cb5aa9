import type { Command } from 'commander'
import { note, print, printJson, printTable, shownTime } from '../output.ts'
import { addKey, addUser, keysOf, removeUser, restoreUser, revokeKey, usersIn } from '../server-accounts.ts'
import { withData, type DataFlag, type DataOf } from './server-data.ts'

const KEY_NOTE = `
The key is printed once; the server keeps only a digest of it. A server that is running accepts it at once.`
const END_NOTE = `
It counts at once, also for a server that is running: sessions end, and clients that use them are refused. Some of SwanLab's
clients drop what they could not send then; what programs recorded is in their run folders.`

type ListFlags = DataFlag & { readonly json?: boolean }

/** Users and keys of a server. */
export function addAccounts(server: Command, dataOf: DataOf): void {
  addUsers(server.command('user').description('users of the server'), dataOf)
  addKeys(server.command('key').description('keys of users'), dataOf)
}

function addUsers(user: Command, dataOf: DataOf): void {
  withData(user.command('add <name>').description('make a user, and print a key'))
    .addHelpText('after', KEY_NOTE)
    .action(async (name: string, flags: DataFlag) => print(await addUser(dataOf(flags), name)))
  withData(user.command('list').description('who there is'))
    .option('--json', 'answer in JSON')
    .action(async (flags: ListFlags) => {
      const users = await usersIn(dataOf(flags))
      if (flags.json) return printJson(users)
      const rows = users.map(({ name, createdAt, removedAt, keys }) => [
        name,
        shownTime(createdAt),
        String(keys),
        shownTime(removedAt),
      ])
      printTable([['NAME', 'CREATED', 'KEYS', 'REMOVED'], ...rows])
    })
  withData(
    user
      .command('remove <name>')
      .description('end the keys and sessions of a user, and put their projects out of reach'),
  )
    .addHelpText('after', END_NOTE)
    .action(async (name: string, flags: DataFlag) => {
      const projects = await removeUser(dataOf(flags), name)
      note(`${name} is removed; ${projects} is kept, and "swanlab server user restore ${name}" brings it back.`)
    })
  withData(
    user
      .command('restore <name>')
      .description('bring a user who was removed back with their projects, and print a key'),
  )
    .addHelpText('after', KEY_NOTE)
    .action(async (name: string, flags: DataFlag) => print(await restoreUser(dataOf(flags), name)))
}

function addKeys(key: Command, dataOf: DataOf): void {
  withData(key.command('add <user>').description('make a further key, and print it'))
    .option('--name <name>', 'to tell it apart; default: key-1, key-2, …')
    .addHelpText('after', KEY_NOTE)
    .action(async (user: string, flags: DataFlag & { name?: string }) =>
      print(await addKey(dataOf(flags), user, flags.name)),
    )
  withData(key.command('list [user]').description('keys of one user or of all, without the keys themselves'))
    .option('--json', 'answer in JSON')
    .action(async (user: string | undefined, flags: ListFlags) => {
      const keys = await keysOf(dataOf(flags), user)
      if (flags.json) return printJson(keys)
      const rows = keys.map(({ user: owner, name, prefix, createdAt, lastUsedAt }) => [
        owner,
        name,
        prefix === undefined ? '-' : `${prefix}…`,
        shownTime(createdAt),
        shownTime(lastUsedAt),
      ])
      printTable([['USER', 'NAME', 'KEY', 'CREATED', 'LAST LOGIN'], ...rows])
    })
  withData(
    key.command('revoke <user> <key>').alias('remove').description('end a key, by its name or its first characters'),
  )
    .addHelpText('after', END_NOTE)
    .action(async (user: string, which: string, flags: DataFlag) => revokeKey(dataOf(flags), user, which))
}
