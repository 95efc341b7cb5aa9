import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Accounts } from './accounts.ts'

let folder: string
const open = (): Promise<Accounts> => Accounts.open(folder, Date.now)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

it('what several processes change at the same time is all there', async () => {
  const processes = await Promise.all(Array.from({ length: 4 }, open))
  await processes[0]!.createUser('alice')
  const keys = await Promise.all(
    processes.flatMap((one, at) => [one.createKey('alice'), one.createUser(`user${at}`).then(() => '')]),
  )
  const later = await open()
  expect(later.users()).toHaveLength(5)
  for (const key of keys.filter((one) => one !== '')) expect(later.userOfKey(key)).toBe('alice')
  expect(existsSync(join(folder, 'users.json.lock'))).toBe(false)
})

it('takes over from a process that was killed', async () => {
  writeFileSync(join(folder, 'users.json.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
  expect(await (await open()).createUser('alice')).toMatchObject({ name: 'alice' })
})

it('what cannot be saved has not happened', async () => {
  const accounts = await open()
  await accounts.createUser('alice')
  rmSync(join(folder, 'users.json'))
  mkdirSync(join(folder, 'users.json', 'in-the-way'), { recursive: true })
  await expect(accounts.createUser('bob')).rejects.toMatchObject({ code: 'EISDIR' })
  await expect(accounts.createKey('alice')).rejects.toMatchObject({ code: 'EISDIR' })
  rmSync(join(folder, 'users.json'), { recursive: true })
  await accounts.createUser('bob')
  expect((await open()).users().map(({ name }) => name)).toEqual(['alice', 'bob'])
})

it('a user has at most 1,000 keys, and none that no address holds', async () => {
  const keys = Array.from({ length: 999 }, (_, at) => ({ digest: `digest${at}`, name: `key-${at}` }))
  writeFileSync(join(folder, 'users.json'), JSON.stringify([{ name: 'alice', createdAt: 1, keys }]))
  const accounts = await open()
  for (const name of ['.', '..']) await expect(accounts.createKey('alice', name)).rejects.toMatchObject({ status: 400 })
  await accounts.createKey('alice', 'last')
  await expect(accounts.createKey('alice')).rejects.toThrow('alice has 1000 keys: revoke one that is not used any more')
  await accounts.revokeKey('alice', 'key-0')
  await accounts.createKey('alice', 'next')
})
