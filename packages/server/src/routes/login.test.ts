import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Client } from '../testing/client.ts'
import { useProjects } from '../testing/runs.ts'

const setting = await useProjects()

it('a session is for whoever has a key of 21 letters and digits, for two months', async () => {
  const key = await setting.server.storage.createKey('alice')
  expect(key).toMatch(/^[0-9A-Za-z]{21}$/)
  const answer = await new Client(setting.server.url).login(key)
  expect(answer).toMatchObject({ status: 200, body: { userInfo: { username: 'alice' } } })
  expect(answer.body.expiredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(Date.parse(answer.body.expiredAt as string) - Date.now()).toBeGreaterThan(30 * 86_400_000)
  const users = join(setting.dataDir, 'users.json')
  expect(readFileSync(users, 'utf8')).not.toContain(key)
  expect(statSync(users).mode & 0o777).toBe(0o600)
})

it('and for nobody else', async () => {
  const stranger = new Client(setting.server.url)
  expect(await stranger.login('x'.repeat(21))).toMatchObject({
    status: 401,
    reason: 'Unauthorized',
    body: { code: 'Unauthorized' },
  })
  expect(await stranger.call('GET', '/project/alice/open')).toMatchObject({ status: 401 })
  expect(await stranger.call('GET', '/')).toMatchObject({ status: 200, body: 'OK' })
})
