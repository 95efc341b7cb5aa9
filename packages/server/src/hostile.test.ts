import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, log, newRun, useProjects } from './testing/runs.ts'

const reports: string[] = []

const setting = await useProjects({ report: (level, message) => reports.push(`${level} ${message}`) })
const { alice, bob } = setting

/** Whatever was sent, the server is there and has not failed. */
async function isWell(): Promise<void> {
  expect((await alice.call('GET', '/')).body).toBe('OK')
  expect(reports.filter((message) => message.startsWith('error'))).toEqual([])
}

const raw = (method: string, path: string, body?: string) =>
  fetch(`${setting.server.url}/api${path}`, {
    method,
    headers: { cookie: `sid=${alice.sid}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  })

it.each([
  '..',
  '%2e%2e',
  '%2e%2e%2fopen',
  'a%2fb',
  '%00',
  '%zz',
  '__proto__',
  'constructor',
  'x'.repeat(3_000),
  '%F0%9F',
])('a name such as %j in an address is the name of nothing', async (name) => {
  for (const path of [
    `/project/alice/${name}/runs`,
    `/project/${name}/cats/runs`,
    `/project/alice/cats/runs/${name}`,
  ]) {
    // fetch would resolve dots before it sends them.
    const socket = connect(Number(new URL(setting.server.url).port), '127.0.0.1')
    socket.end(`GET /api${path} HTTP/1.1\r\nhost: x\r\ncookie: sid=${alice.sid}\r\nconnection: close\r\n\r\n`)
    let answer = ''
    socket.on('data', (data) => (answer += String(data)))
    await once(socket, 'close')
    expect(answer, path).toMatch(/^HTTP\/1\.1 4\d\d /)
  }
  await isWell()
})

it('a run cannot be called so that its name leads somewhere', async () => {
  for (const cuid of ['../x', 'a/b', 'a\\b', 'a\0b', '', 'x'.repeat(513), '%2e'])
    expect((await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid })).status).toBe(400)
  for (const cuid of ['..', '__proto__', 'a b', '损失'])
    expect((await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid })).status, cuid).toBe(201)
  const known = readdirSync(join(setting.dataDir, 'projects', 'alice', 'cats'))
  expect(known.filter((name) => !/^run-\d{8}_\d{6}-[a-z0-9]{21}$|^project\.json$/.test(name))).toEqual([])
})

it('the id of a run of somebody else tells nothing, and takes nothing from them', async () => {
  const { cuid } = await newRun(alice)
  await bob.call('POST', '/projects/bob', { name: 'mine' })
  const taken = await bob.call('POST', '/project/bob/mine/experiment', { name: 'x', cuid })
  const free = await bob.call('POST', '/project/bob/mine/experiment', { name: 'x', cuid: 'y'.repeat(21) })
  expect([taken.status, free.status]).toEqual([201, 201])
  expect(taken.body.cuid).not.toBe(cuid)
  expect((await alice.call('GET', `/project/alice/cats/runs/${cuid}`)).status).toBe(200)
})

it('an id that two users ask for at the same moment goes to one of them, and the other cannot touch it', async () => {
  await bob.call('POST', '/projects/bob', { name: 'mine' })
  for (let round = 0; round < 10; round++) {
    const cuid = `${round}`.padStart(21, 'x')
    const [one, other] = await Promise.all([
      alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid }),
      bob.call('POST', '/project/bob/mine/experiment', { name: 'x', cuid }),
    ])
    expect([one.status, other.status]).toEqual([201, 201])
    expect([one.body.slug, other.body.slug]).toEqual([cuid, cuid])
    expect([one, other].filter(({ body }) => body.cuid === cuid)).toHaveLength(1)
    const [loser, path] = one.body.cuid === cuid ? [bob, '/project/alice/cats'] : [alice, '/project/bob/mine']
    expect((await loser.call('PUT', `${path}/runs/${cuid}/state`, { state: 'CRASHED' })).status).toBe(404)
    expect((await loser.call('DELETE', `${path}/runs/${cuid}`)).status).toBe(404)
    expect((await log(loser, cuid, 'scalar', [])).status).toBe(403)
  }
})

describe('a batch', () => {
  it('with malformed items keeps the well-formed ones', async () => {
    const { cuid } = await newRun(alice)
    const bad = [
      { key: 'k'.repeat(10 * 1024 * 1024), index: 0, data: 1 },
      { key: 'a', index: -1, data: 1 },
      { key: 'a', index: 1.5, data: 1 },
      { key: 'a', index: 2 ** 53, data: 1 },
      { key: 'a', index: '1', data: 1 },
      { key: 'a', index: 1, data: null },
      { key: 'a', index: 1, data: '1' },
      { key: 'a', index: 1, data: [1] },
      { key: '', index: 1, data: 1 },
      [],
      'x',
      1,
    ]
    const good = [
      { key: 'a\nb', index: 0, data: 1, create_time: 'x'.repeat(1_000_000) },
      { key: 'constructor', index: 0, data: 2 },
      { key: 'toString', index: 2 ** 48, data: 'NaN' },
      { key: 'a', index: 7, data: 1 },
      { key: 'a', index: 7, data: 2 },
    ]
    expect((await log(alice, cuid, 'scalar', [...bad, ...good])).status).toBe(200)
    const points = await setting.server.storage.scalars(cuid, undefined)
    expect(Array.from(points, ([key, [point]]) => [key, point?.index, point?.data])).toEqual([
      ['a\nb', 0, 1],
      ['constructor', 0, 2],
      ['toString', 2 ** 48, Number.NaN],
      ['a', 7, 2],
    ])
    const asked = { experiments: [{ experimentId: cuid }] }
    const { body } = await alice.call('POST', '/house/metrics/summaries', asked)
    expect(Object.keys(body[cuid])).toEqual(['a\nb', 'constructor', 'toString', 'a'])
    await isWell()
  })

  it('with numbers out of range stores them as infinities', async () => {
    const { cuid } = await newRun(alice)
    const body = `{"experimentId":"${cuid}","type":"scalar","metrics":[{"key":"a","index":0,"data":-1e999},{"key":"a","index":1e999,"data":1}]}`
    expect((await raw('POST', '/house/metrics', body)).status).toBe(200)
    const points = (await setting.server.storage.scalars(cuid, undefined)).get('a')!
    expect(Array.from(points, ({ index, data }) => [index, data])).toEqual([[0, -Infinity]])
  })

  it('with an item that is nested too deeply skips that item, and no client sends it again', async () => {
    const { cuid } = await newRun(alice)
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    const media = (key: string, more: string): string => `{"key":"${key}","index":0,"data":["text"],"more":[${more}]}`
    const body = `{"experimentId":"${cuid}","type":"media","metrics":[${media('deep', deep)},${media('flat', '{"caption":"c"}')}]}`
    expect((await raw('POST', '/house/metrics', body)).status).toBe(200)
    expect([...setting.server.storage.lastSteps(cuid).media.keys()]).toEqual(['flat'])
    const path = `/project/alice/cats/runs/${cuid}/profile`
    expect((await raw('PUT', path, `{"config":{"a":{"value":${deep}}}}`)).status).toBe(400)
    expect((await raw('PUT', path, `{"metadata":{"a":${deep}}}`)).status).toBe(400)
    expect((await raw('POST', '/house/metrics', deep)).status).toBe(400)
    await isWell()
  })

  it.each([
    'null',
    '[]',
    '1',
    '"x"',
    '{"experimentId":{}}',
    '{"experimentId":"x","type":"scalar","metrics":{}}',
    '{',
    '',
  ])('that is %s is refused, and named', async (body) => {
    expect((await raw('POST', '/house/metrics', body)).status).toBe(400)
    await isWell()
  })
})

it('a run cannot be given more metadata than its readers take', async () => {
  const { cuid } = await newRun(alice)
  const path = `/project/alice/cats/runs/${cuid}/profile`
  expect((await alice.call('PUT', path, { requirements: 'x'.repeat(21 * 1024 * 1024) })).status).toBe(413)
  expect((await alice.call('PUT', path, { requirements: 'a==1' })).status).toBe(200)
})

it('asking for addresses without end is refused', async () => {
  const { cuid } = await newRun(alice)
  const paths = Array(200_001).fill('a')
  expect((await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths })).status).toBe(400)
  const files = Array.from({ length: 21 }, () => ({ path: 'a', count: 10_000 }))
  expect((await alice.call('POST', `/experiment/${cuid}/files/prepare-multipart`, { files })).status).toBe(400)
})

it('a part that is named again and again is in its file once', async () => {
  const { cuid } = await newRun(alice)
  const base = `/experiment/${cuid}/files`
  const { body } = await alice.call('POST', `${base}/prepare-multipart`, { files: [{ path: 'f', count: 1 }] })
  const { uploadId, parts } = body.files[0] as { uploadId: string; parts: { url: string }[] }
  await fetch(parts[0]!.url, { method: 'PUT', body: 'part' })
  const named = Array.from({ length: 1_000 }, () => ({ partNumber: 1 }))
  await alice.call('POST', `${base}/complete-multipart`, { files: [{ path: 'f', uploadId, parts: named }] })
  const { body: back } = await alice.call('POST', '/resources/presigned/get', {
    prefix: cuid,
    paths: ['files/f', 'files'],
  })
  expect(await (await fetch(back.urls[0] as string)).text()).toBe('part')
  // A folder is no object.
  expect((await fetch(back.urls[1] as string)).status).toBe(404)
  await isWell()
})

it('what strangers send to the address of an object is not kept, nor does it reach the terminal of the server', async () => {
  reports.length = 0
  const { cuid } = await newRun(alice)
  for (const id of [cuid, '%1b%5b2J%0aforged'])
    expect((await fetch(`${setting.server.url}/api/objects/${id}?path=a`, { method: 'PUT', body: 'x' })).status).toBe(
      200,
    )
  expect(existsSync(join(folderOf(setting, 'cats', cuid), 'media'))).toBe(false)
  // oxlint-disable-next-line no-control-regex
  expect(reports.filter((message) => /[\u0000-\u001f]/.test(message) || message.includes('forged'))).toEqual([])
  expect(reports.length).toBeLessThanOrEqual(1)
})

it.each([
  ['a body that is shorter than it says', 'content-length: 100\r\n\r\n{"a":1}'],
  ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
  ['a length that is none', 'content-length: -1\r\n\r\n'],
  ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  [
    'headers without end',
    `${Array.from({ length: 3_000 }, (_, at) => `x-${at}: ${'y'.repeat(20)}`).join('\r\n')}\r\n\r\n`,
  ],
  ['a header that is too long', `x: ${'y'.repeat(100_000)}\r\n\r\n`],
])('%s harms nobody else', async (_what, rest) => {
  const socket = connect(Number(new URL(setting.server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  let answer = ''
  socket.on('data', (data) => (answer += String(data)))
  const closed = once(socket, 'close')
  socket.end(
    `POST /api/house/metrics HTTP/1.1\r\nhost: x\r\ncookie: sid=${alice.sid}\r\ncontent-type: application/json\r\n${rest}`,
  )
  await closed
  expect(answer).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/)
  await isWell()
})
