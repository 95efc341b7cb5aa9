import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Client, setUp, type Answer } from '../testing/client.ts'
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

it('refuses a login without a valid key', async () => {
  const stranger = new Client(setting.server.url)
  expect(await stranger.login('x'.repeat(21))).toMatchObject({
    status: 401,
    reason: 'Unauthorized',
    body: { code: 'Unauthorized' },
  })
  expect(await stranger.call('GET', '/project/alice/open')).toMatchObject({ status: 401 })
  expect(await stranger.call('GET', '/')).toMatchObject({ status: 200, body: 'OK' })
})

it('a cookie that came over TLS does not leave without it', async () => {
  const key = await setting.server.storage.createKey('alice')
  const cookie = (await new Client(setting.server.url).login(key)).headers.get('set-cookie')
  expect(cookie).toMatch(/^sid=\w+; Path=\/; HttpOnly; SameSite=Lax$/)
  const behind = await setUp({ publicUrl: 'https://lab.example' })
  const { headers } = await new Client(behind.server.url).login(await behind.server.storage.createKey('alice'))
  expect(headers.get('set-cookie')).toMatch(/; SameSite=Lax; Secure$/)
  await behind.server.close()
})

it('whoever tries keys is counted and slowed down, and a right key from the same address is not', async () => {
  const reports: string[] = []
  const { server } = await setUp({ report: (_level, message) => reports.push(message), limits: { closeTimeout: 0 } })
  const tries = Array.from({ length: 40 }, () => new Client(server.url).login('x'.repeat(21)))
  for (const one of tries) one.catch(() => {})
  expect((await new Client(server.url).login(await server.storage.createKey('alice'))).status).toBe(200)
  expect(await firstRefused(tries)).toMatchObject({ status: 429, body: { code: 'Too_Many_Requests' } })
  expect(reports).toEqual([expect.stringMatching(/^1 failed login, the last one from (?:::ffff:)?127\.0\.0\.1$/)])
  await server.close()
})

async function firstRefused(tries: readonly Promise<Answer>[]): Promise<Answer> {
  return Promise.any(
    tries.map(async (one) => {
      const answer = await one
      if (answer.status !== 429) throw new Error('not this one')
      return answer
    }),
  )
}
