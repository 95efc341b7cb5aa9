import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setUp, type Client, type Setting } from '../testing/client.ts'

let setting: Setting
let alice: Client
let cuid: string
let now = Date.now()

beforeAll(async () => {
  setting = await setUp({ clock: () => now })
  ;({ alice } = setting)
  await alice.call('POST', '/projects/alice', { name: 'cats' })
  ;({ cuid } = (await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: 'mine' })).body)
})

afterAll(async () => {
  await setting.server.close()
  rmSync(setting.dataDir, { recursive: true })
})

async function addressOf(verb: 'put' | 'get', path: string): Promise<string> {
  const body = verb === 'put' ? { experimentId: cuid, paths: [path] } : { prefix: `p/${cuid}`, paths: [path] }
  const answer = await alice.call('POST', `/resources/presigned/${verb}`, body)
  return answer.body.urls[0] as string
}

it.each([
  ['application/json', '{"a":1}'],
  ['application/json', 'no json'],
  ['application/x-www-form-urlencoded', 'a=1'],
  ['text/plain', 'text'],
  ['text/plain', ''],
  [undefined, ''],
  [undefined, 'bytes'],
])('an object of type %s is its bytes: %j', async (type, content) => {
  const headers: Record<string, string> = type ? { 'content-type': type } : {}
  const body = content === '' ? null : new TextEncoder().encode(content)
  const path = `media/echarts/${encodeURIComponent(`${type} ${content}`)}.json`
  const answer = await fetch(await addressOf('put', path), { method: 'PUT', headers, body })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
  expect(await (await fetch(await addressOf('get', path))).text()).toBe(content)
})

it('what can be no file is dropped with an answer of 200: a client would come back with it for ever', async () => {
  const put = async (path: string): Promise<[number, string | null]> => {
    const answer = await fetch(await addressOf('put', path), { method: 'PUT', body: 'x' })
    return [answer.status, answer.headers.get('etag')]
  }
  expect((await put('files/a'))[0]).toBe(200)
  expect(await put('files/a/b')).toEqual([200, '"0"'])
  await put('files/folder/b')
  expect(await put('files/folder')).toEqual([200, '"0"'])
})

it('an address lasts longer than a day, and not for ever', async () => {
  const [put, get] = [await addressOf('put', 'media/image/late.png'), await addressOf('get', 'media/image/late.png')]
  now += 86_400_000
  await fetch(put, { method: 'PUT', body: 'first' })
  expect(await (await fetch(get)).text()).toBe('first')
  now += 30 * 86_400_000
  expect((await fetch(put, { method: 'PUT', body: 'second' })).status).toBe(200)
  expect((await fetch(get)).status).toBe(404)
  await alice.login(await setting.server.storage.createKey('alice'))
  expect(await (await fetch(await addressOf('get', 'media/image/late.png'))).text()).toBe('first')
})

it('an address to read is none to write', async () => {
  const get = await addressOf('get', 'media/image/late.png')
  expect((await fetch(get, { method: 'PUT', body: 'evil' })).headers.get('etag')).toBe('"0"')
  expect(await (await fetch(get)).text()).toBe('first')
})
