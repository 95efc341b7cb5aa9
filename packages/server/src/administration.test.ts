import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createKey, createUser, listUsers } from './administration.ts'
import { Client, setUp } from './testing/client.ts'

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
