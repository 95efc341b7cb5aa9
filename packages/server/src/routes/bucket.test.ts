import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { signedHeaders, type Credentials } from '../testing/bucket-client.ts'
import { folderOf, newRun, useProjects } from '../testing/runs.ts'

let now = Date.now()

const setting = await useProjects({ clock: () => now })
const { alice, bob } = setting

async function credentialsOf(cuid: string): Promise<{ prefix: string; credentials: Credentials }> {
  return (await alice.call('GET', `/project/alice/cats/runs/${cuid}/sts`)).body
}

/** @param signed - What the signature is of, when that is something else. */
async function put(cuid: string, path: string, credentials: Credentials, signed = path): Promise<string | null> {
  const headers = signedHeaders(credentials, { method: 'PUT', resource: `/swanlab/${cuid}/${signed}` })
  const address = `${setting.server.url}/api/objects/swanlab/${cuid}/${path}`
  const answer = await fetch(address, { method: 'PUT', body: Buffer.from('png'), headers })
  expect(answer.status).toBe(200)
  return answer.headers.get('etag')
}

const DROPPED = '"0"'

it('the object store of old clients', async () => {
  const { cuid } = await newRun(alice)
  const { prefix, credentials } = await credentialsOf(cuid)
  expect(await put(prefix, 'eval%252Fx/a.png', { ...credentials, sessionToken: '1.wrong' })).toBe(DROPPED)
  expect(existsSync(join(folderOf(setting, 'cats', cuid), 'media/eval%2Fx/a.png'))).toBe(false)
  expect(await put(prefix, 'eval%252Fx/a.png', credentials)).toMatch(/^"[0-9a-f]{32}"$/)
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'media/eval%2Fx/a.png'), 'utf8')).toBe('png')
})

it('drops what is signed for another object, another run, with another key, or too late', async () => {
  const { cuid } = await newRun(alice)
  const { cuid: other } = await newRun(alice)
  const { credentials } = await credentialsOf(cuid)
  expect(await put(cuid, 'x/b.png', credentials, 'x/a.png')).toBe(DROPPED)
  expect(await put(other, 'x/a.png', credentials)).toBe(DROPPED)
  expect(await put(cuid, 'x/a.png', { ...credentials, tmpSecretKey: 'guessed' })).toBe(DROPPED)
  expect(await put(cuid, '../x/a.png', credentials)).toBe(DROPPED)
  now += 86_400_000 + 1
  expect(await put(cuid, 'x/a.png', credentials)).toBe(DROPPED)
  expect(existsSync(join(folderOf(setting, 'cats', cuid), 'media'))).toBe(false)
  expect(await put(cuid, 'x/a.png', (await credentialsOf(cuid)).credentials)).not.toBe(DROPPED)
})

it('gives credentials to whoever may write', async () => {
  const { cuid } = await newRun(alice, 'open')
  expect((await bob.call('GET', `/project/alice/open/runs/${cuid}/sts`)).status).toBe(403)
})
