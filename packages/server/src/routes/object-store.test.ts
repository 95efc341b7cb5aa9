import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, newRun, useProjects } from '../testing/runs.ts'

let now = Date.now()
const reports: string[] = []

const setting = await useProjects({
  clock: () => now,
  limits: { object: 100_000, file: 250_000 },
  report: (level, message) => reports.push(`${level} ${message}`),
})
const { alice, bob } = setting
const { cuid } = await newRun(alice)

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

it('an address that was changed is answered 200 and keeps nothing: clients would come back for ever', async () => {
  const { body } = await alice.call('POST', '/resources/presigned/put', {
    experimentId: cuid,
    paths: ['media/image/a.png'],
  })
  const other = (body.urls[0] as string).replace('a.png', 'b.png')
  expect((await fetch(other, { method: 'PUT', body: 'evil' })).status).toBe(200)
  expect(existsSync(join(folderOf(setting, 'cats', cuid), 'media/image/b.png'))).toBe(false)
})

it('nobody gets an address for the run of another user, or makes one of pieces', async () => {
  const paths = ['media/image/a.png']
  expect((await bob.call('POST', '/resources/presigned/put', { experimentId: cuid, paths })).status).toBe(404)
  expect((await bob.call('POST', '/resources/presigned/get', { prefix: `p/${cuid}`, paths })).status).toBe(404)
  expect((await bob.call('POST', `/experiment/${cuid}/files/prepare`, { files: [{ path: 'x' }] })).status).toBe(404)
  // An address for `<cuid>  x` and the path `y` is for no other run: not of `<cuid>` and `x  y`.
  await bob.call('POST', '/projects/bob', { name: 'mine' })
  const slug = `${cuid}  x`
  await bob.call('POST', '/project/bob/mine/experiment', { name: 'n', cuid: slug })
  await bob.call('DELETE', `/project/bob/mine/runs/${encodeURIComponent(slug)}`)
  const { body } = await bob.call('POST', '/resources/presigned/put', { experimentId: slug, paths: ['y'] })
  for (const url of (body.urls ?? []) as string[]) {
    const forged = new URL(url)
    forged.pathname = `/api/objects/${cuid}`
    forged.searchParams.set('path', 'x  y')
    expect((await fetch(forged, { method: 'PUT', body: 'evil' })).headers.get('etag')).toBe('"0"')
  }
})

it.each([
  ['another path', (url: URL) => url.searchParams.set('path', 'media/b.png')],
  ['another time', (url: URL) => url.searchParams.set('expires', String(now + 86_400_000 * 365))],
  ['a time that is none', (url: URL) => url.searchParams.set('expires', 'Infinity')],
  ['a part', (url: URL) => url.searchParams.set('part', `${'a'.repeat(21)}.1`)],
  ['no signature', (url: URL) => url.searchParams.delete('signature')],
  ['two signatures', (url: URL) => url.searchParams.append('signature', 'x')],
])('an address with %s is worth nothing, to write or to read', async (_what, change) => {
  for (const verb of ['put', 'get'] as const) {
    const url = new URL(await addressOf(verb, 'media/late.png'))
    change(url)
    expect((await fetch(url, { method: 'PUT', body: 'evil' })).headers.get('etag')).toBe('"0"')
    expect((await fetch(url)).status).toBe(404)
  }
})

describe('an object that is too large', () => {
  const uploads = (): string[] => {
    const folder = join(folderOf(setting, 'cats', cuid), '.uploads')
    return existsSync(folder) ? readdirSync(folder) : []
  }
  const streamed = (size: number): ReadableStream<Uint8Array> => {
    let left = size
    return new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(Math.min(left, 10_000)))
        if ((left -= 10_000) <= 0) controller.close()
      },
    })
  }
  const put = async (url: string, body: Uint8Array | ReadableStream): Promise<string | null> => {
    const answer = await fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit)
    expect(answer.status).toBe(200)
    return answer.headers.get('etag')
  }

  it('is answered 200 and not kept, whether it tells its size or not', async () => {
    reports.length = 0
    const url = await addressOf('put', 'media/large.bin')
    expect(await put(url, new Uint8Array(100_001))).toBe('"0"')
    expect(await put(url, streamed(3_000_000))).toBe('"0"')
    expect((await fetch(await addressOf('get', 'media/large.bin'))).status).toBe(404)
    expect(uploads()).toEqual([])
    expect(reports).toEqual(Array(2).fill('warn an object was dropped: it is larger than 100000 bytes'))
    expect(await put(url, new Uint8Array(100_000))).toMatch(/^"[0-9a-f]{32}"$/)
    expect(await put(await addressOf('put', 'media/streamed.bin'), streamed(100_000))).toMatch(/^"[0-9a-f]{32}"$/)
  })

  it('also in parts, which may be sent again', async () => {
    const base = `/experiment/${cuid}/files`
    const { body } = await alice.call('POST', `${base}/prepare-multipart`, { files: [{ path: 'big', count: 4 }] })
    const { uploadId, parts } = body.files[0] as { uploadId: string; parts: { url: string }[] }
    const part = (at: number, size: number): Promise<string | null> => put(parts[at]!.url, new Uint8Array(size))
    expect(await part(0, 100_001)).toBe('"0"')
    for (let time = 0; time < 2; time++) for (const at of [0, 1]) expect(await part(at, 100_000)).not.toBe('"0"')
    expect(await part(2, 60_000)).toBe('"0"')
    expect(await part(2, 50_000)).not.toBe('"0"')
    const join = { files: [{ path: 'big', uploadId, parts: [1, 2, 3].map((partNumber) => ({ partNumber })) }] }
    expect((await alice.call('POST', `${base}/complete-multipart`, join)).status).toBe(201)
    expect((await (await fetch(await addressOf('get', 'files/big'))).arrayBuffer()).byteLength).toBe(250_000)
    expect(uploads()).toEqual([])
  })

  it('a client that goes away in the middle leaves nothing, and the server is well', async () => {
    reports.length = 0
    const url = new URL(await addressOf('put', 'media/cut.bin'))
    const socket = connect(Number(url.port), url.hostname)
    socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: x\r\ncontent-length: 90000\r\n\r\n`)
    socket.write(Buffer.alloc(50_000))
    await expect.poll(uploads).toHaveLength(1)
    socket.destroy()
    await once(socket, 'close')
    await expect.poll(uploads).toEqual([])
    expect((await fetch(await addressOf('get', 'media/cut.bin'))).status).toBe(404)
    expect(reports).toEqual([])
  })

  it('is thrown away while the connection goes on', async () => {
    const url = new URL(await addressOf('put', 'media/again.bin'))
    const socket = connect(Number(url.port), url.hostname)
    let received = ''
    socket.on('data', (data) => (received += String(data)))
    const head = (size: number): string =>
      `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`
    for (const size of [2_000_000, 10]) {
      socket.write(head(size))
      socket.write(Buffer.alloc(size))
    }
    await expect.poll(() => received.match(/^etag: .*$/gm)).toHaveLength(2)
    expect(received.match(/^etag: .*$/gm)).toEqual(['etag: "0"', expect.stringMatching(/^etag: "[0-9a-f]{32}"$/)])
    socket.destroy()
  })
})
