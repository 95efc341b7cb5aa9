import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Client } from '../testing/client.ts'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

const MIB = 1024 * 1024
const setting = await useProjects({ limits: { body: 16 * MIB, bodies: 32 * MIB, laterDelay: 0 } })
const { alice, bob } = setting
const port = Number(new URL(setting.server.url).port)

/** The beginning of a request. @param sid - Absent: without a session. */
function begin(path: string, length: number, sid?: string, sent = ''): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `POST /api${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n` +
      `${sid === undefined ? '' : `cookie: sid=${sid}\r\n`}\r\n${sent}`,
  )
  return socket
}

async function statusOn(socket: Socket): Promise<number> {
  const [data] = (await once(socket, 'data')) as [Buffer]
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1])
}

const send = async (client: Client, path: string, body: string): Promise<number> => {
  const headers = { cookie: `sid=${client.sid}`, 'content-type': 'application/json' }
  const answer = await fetch(`${setting.server.url}/api${path}`, { method: 'POST', headers, body })
  await answer.text()
  return answer.status
}

/** How often the server answers others until something is done. */
async function answeredDuring(work: Promise<unknown>): Promise<number> {
  const done = work.then(() => 'done')
  let count = 0
  while ((await Promise.race([done, alice.call('GET', '/')])) !== 'done') count++
  return count
}

it.each([
  '/house/metrics',
  '/experiment/x/columns',
  '/projects/alice/cats/series',
  '/resources/presigned/put',
  '/experiment/x/files/complete-multipart',
  '/project/alice/cats/runs/shows',
  '/house/metrics/scalar',
  '/project',
])('whoever is not logged in is answered 401 before any of the body of %s has come', async (path) => {
  for (const sid of [undefined, 'unknown']) {
    const socket = begin(path, 127 * MIB, sid)
    expect(await statusOn(socket)).toBe(401)
    socket.destroy()
  }
})

it('a key is looked at before a body, and none is read', async () => {
  const socket = begin('/login/api_key', 127 * MIB)
  expect(await statusOn(socket)).toBe(401)
  socket.destroy()
})

it.each([
  ['/project', 1.5 * MIB, 413],
  ['/house/metrics/scalar', 1.5 * MIB, 413],
  ['/house/metrics', 15 * MIB, 400],
  ['/house/metrics', 17 * MIB, 413],
])('a body of %s may be as long as clients need: %d is answered %d', async (path, length, status) => {
  expect(await send(alice, path, `{"name":"${'x'.repeat(length)}"}`)).toBe(status)
})

describe('a large body', () => {
  it('is taken in pieces, all of it, while others are answered', async () => {
    const { cuid } = await newRun(alice)
    const points = Array.from({ length: 50_000 }, (_, at) => scalar(`k${at % 5}`, Math.floor(at / 5), at))
    const sent = log(alice, cuid, 'scalar', points)
    const answered = await answeredDuring(sent)
    expect((await sent).status).toBe(200)
    expect(answered).toBeGreaterThan(5)
    const stored = await setting.server.storage.scalars(cuid, undefined)
    expect([...stored.values()].map(({ length }) => length)).toEqual(Array(5).fill(10_000))
    expect(stored.get('k4')!.at(-1)).toMatchObject({ index: 9_999, data: 49_999 })
  })

  it('of nothing but brackets does not delay other requests', async () => {
    const { cuid } = await newRun(alice)
    const items = '{},'.repeat(4 * MIB)
    const sent = send(alice, '/house/metrics', `{"metrics":[${items}{}],"type":"scalar","experimentId":"${cuid}"}`)
    expect(await answeredDuring(sent)).toBeGreaterThan(20)
    expect(await sent).toBe(200)
  })

  it('declares columns, of a run and of a project', async () => {
    const { cuid } = await newRun(alice)
    const columns = Array.from({ length: 6_000 }, (_, at) => ({ key: `c${at}`, type: 'FLOAT', name: 'n'.repeat(50) }))
    expect(await send(alice, `/experiment/${cuid}/columns`, JSON.stringify(columns))).toBe(201)
    expect(setting.server.storage.columns(cuid)).toHaveLength(6_000)
    expect(await send(alice, '/projects/alice/cats/series', JSON.stringify({ series: columns }))).toBe(200)
    expect(setting.server.storage.series(setting.server.storage.project('alice', 'cats')!).size).toBe(6_000)
  })

  it.each([
    ['that is no JSON', '/house/metrics', `{"metrics":[${'{},'.repeat(MIB)}]}`],
    ['that is cut off', '/house/metrics', `{"metrics":[${'{},'.repeat(MIB)}{}`],
    ['with members without end', '/house/metrics', `{${'"a":[],'.repeat(MIB)}"z":1}`],
    ['nested without end', '/house/metrics', `{"metrics":${'['.repeat(MIB)}`],
    ['with more values than it can mean', '/files/presigned/get', `{"paths":[${'0,'.repeat(MIB / 4)}0]}`],
  ])('%s is refused', async (_what, path, body) => {
    expect(await send(alice, path, body)).toBe(400)
    expect((await alice.call('GET', '/')).body).toBe('OK')
  })
})

it('bodies that do not fit into memory are answered 507; one user cannot take all of it', async () => {
  const half = 'x'.repeat(15 * MIB)
  const waiting = begin('/house/metrics', 15 * MIB + 1, alice.sid, half)
  const body = JSON.stringify('x'.repeat(5 * MIB))
  await expect.poll(() => send(alice, '/house/metrics', body)).toBe(507)
  expect(await send(bob, '/house/metrics', body)).toBe(400)
  waiting.destroy()
  await expect.poll(() => send(alice, '/house/metrics', body)).toBe(400)
})
