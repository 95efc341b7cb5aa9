import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createKey, createUser, listKeys, listUsers, removeUser, restoreUser, revokeKey } from './administration.ts'
import { createServer } from './server.ts'
import { FolderStorage } from './storage/folders/folder-storage.ts'
import { Client, setUp } from './testing/client.ts'
import { log, newRun, scalar } from './testing/runs.ts'

const profileStatus = async (client: Client): Promise<number> => (await client.call('GET', '/user/profile')).status

it('users and keys that are made beside a running server are known to it, and theirs are kept', async () => {
  const { server, dataDir, alice } = await setUp()
  const old = await server.storage.createKey('alice')
  await createUser(dataDir, 'carol')
  const key = await createKey(dataDir, 'carol')
  const second = await createKey(dataDir, 'alice')
  for (const [one, name] of [
    [key, 'carol'],
    [second, 'alice'],
    [old, 'alice'],
  ] as const)
    expect(await new Client(server.url).login(one)).toMatchObject({
      status: 200,
      body: { userInfo: { username: name } },
    })
  const last = await server.storage.createKey('bob')
  expect((await listUsers(dataDir)).map(({ name }) => name)).toEqual(['alice', 'bob', 'carol'])
  await expect(createUser(dataDir, 'carol')).rejects.toThrow('carol exists')
  await expect(createKey(dataDir, 'nobody')).rejects.toThrow('nobody not found')
  expect((await new Client(server.url).login(last)).status).toBe(200)
  expect((await alice.call('GET', '/user/profile')).status).toBe(200)
  await server.close()
  rmSync(dataDir, { recursive: true })
})

it('a key that is revoked beside a running server ends the sessions that it opened, and no other, at once', async () => {
  const { server, dataDir, alice: first } = await setUp()
  const key = await createKey(dataDir, 'alice', 'laptop')
  const [second, third] = [new Client(server.url), new Client(server.url)]
  for (const client of [second, third]) await client.login(key)
  expect(await Promise.all([first, second, third].map(profileStatus))).toEqual([200, 200, 200])
  await expect(revokeKey(dataDir, 'alice', 'desktop')).rejects.toThrow('key desktop of alice not found')
  await revokeKey(dataDir, 'alice', 'laptop')
  expect(await Promise.all([first, second, third].map(profileStatus))).toEqual([200, 401, 401])
  expect((await second.login(key)).status).toBe(401)
  // By its first characters, too, and inside the server.
  const { prefix = '' } = (await listKeys(dataDir, 'alice'))[0]!
  await server.storage.revokeKey('alice', prefix)
  expect(await profileStatus(first)).toBe(401)
  await server.close()
  const again = await createServer({ dataDir, port: 0 })
  const back = new Client(again.url)
  back.sid = second.sid
  expect(await profileStatus(back)).toBe(401)
  await again.close()
  rmSync(dataDir, { recursive: true })
})

it('keys are listed with name, first characters, date and last login, and none is shown', async () => {
  let now = Date.parse('2026-11-24T00:00:00Z')
  const { server, dataDir } = await setUp({ clock: () => now })
  const before = Date.now()
  const key = await createKey(dataDir, 'alice', 'laptop')
  now += 60_000
  await new Client(server.url).login(key)
  const keys = await listKeys(dataDir, 'alice')
  expect(keys).toMatchObject([
    { name: 'key-1', createdAt: now - 60_000, lastUsedAt: now - 60_000 },
    { name: 'laptop', prefix: key.slice(0, 4), lastUsedAt: now },
  ])
  expect(keys[1]!.createdAt).toBeGreaterThanOrEqual(before)
  expect(JSON.stringify(keys)).not.toContain(key)
  await expect(createKey(dataDir, 'alice', 'laptop')).rejects.toThrow('alice has a key named laptop')
  await expect(createKey(dataDir, 'alice', 'a b')).rejects.toThrow('the name of a key takes')
  await server.close()
  rmSync(dataDir, { recursive: true })
})

it('a user who is removed is out at once; what they had is kept, out of reach, and comes back with them alone', async () => {
  const { server, dataDir, alice, bob } = await setUp()
  await alice.call('POST', '/projects/alice', { name: 'open', visibility: 'PUBLIC' })
  const { cuid } = await newRun(alice, 'open')
  await log(alice, cuid, 'scalar', [scalar('loss', 0, 1)])
  const asked = { experimentId: cuid, paths: ['media/a.png'] }
  const { body: put } = await alice.call('POST', '/resources/presigned/put', asked)
  await fetch(put.urls[0] as string, { method: 'PUT', body: 'bytes' })
  const { body: get } = await bob.call('POST', '/resources/presigned/get', { prefix: cuid, paths: ['media/a.png'] })
  const seen = async (): Promise<number[]> => [
    (await bob.call('GET', '/project/alice/open')).status,
    (await bob.call('GET', `/project/alice/open/runs/${cuid}`)).status,
    (await bob.call('GET', `/house/metrics/summaries/p/${cuid}`)).status,
    (await bob.call('GET', '/project/alice')).body.list.length as number,
    (await fetch(get.urls[0] as string)).status,
  ]
  expect(await seen()).toEqual([200, 200, 200, 1, 200])
  await removeUser(dataDir, 'alice')
  expect(await profileStatus(alice)).toBe(401)
  const [project, run, summaries, listed, object] = await seen()
  expect([project, run, summaries, listed]).toEqual([404, 404, 404, 0])
  expect(object).not.toBe(200)
  expect(await profileStatus(bob)).toBe(200)
  await expect(createUser(dataDir, 'alice')).rejects.toThrow('user alice was removed; restore it, or take another name')
  await expect(createKey(dataDir, 'alice')).rejects.toThrow('user alice not found')
  expect(await listUsers(dataDir)).toMatchObject([
    { name: 'alice', removedAt: expect.any(Number) as number },
    { name: 'bob', removedAt: undefined },
  ])
  await restoreUser(dataDir, 'alice')
  expect(await seen()).toEqual([200, 200, 200, 1, 200])
  expect(await profileStatus(alice)).toBe(401)
  expect((await new Client(server.url).login(await createKey(dataDir, 'alice'))).status).toBe(200)
  await expect(restoreUser(dataDir, 'alice')).rejects.toThrow('removed user alice not found')
  await server.close()
  rmSync(dataDir, { recursive: true })
})

it('a folder from before keys had names has its keys and sessions, until one is revoked', async () => {
  const { server, dataDir, alice } = await setUp()
  const key = await server.storage.createKey('alice')
  await server.close()
  for (const [name, before] of [
    ['users.json', (text: string) => text.replaceAll(/\{\s*"digest": ("\w+"),[^}]*\}/g, '$1')],
    ['sessions.json', (text: string) => text.replaceAll(/,\s*"key": "\w+"/g, '')],
  ] as const)
    writeFileSync(join(dataDir, name), before(readFileSync(join(dataDir, name), 'utf8')))
  const storage = await FolderStorage.open(dataDir)
  expect(storage.userOfSession(alice.sid)).toBe('alice')
  expect(storage.userOfKey(key)).toBe('alice')
  expect(storage.keys('alice').map(({ name, prefix }) => [name, prefix])).toEqual([
    ['key-1', undefined],
    ['key-2', undefined],
  ])
  await revokeKey(dataDir, 'alice', 'key-1')
  expect(storage.userOfKey(key)).toBe('alice')
  expect(storage.userOfSession(alice.sid)).toBeUndefined()
  await storage.close()
  rmSync(dataDir, { recursive: true })
})
