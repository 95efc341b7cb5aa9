import { rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { unusedPort } from '../../core/src/kernel/testing/port.ts'
import { createServer } from './server.ts'
import { setUp, type Client, type Setting } from './testing/client.ts'

let setting: Setting

afterEach(async () => {
  await setting.server.close()
  rmSync(setting.dataDir, { recursive: true, force: true })
})

async function newRun(client: Client): Promise<string> {
  await client.call('POST', '/projects/alice', { name: 'cats' })
  return (await client.call('POST', '/project/alice/cats/experiment', { name: 'x' })).body.cuid as string
}

/** A request of which the last byte never comes. */
function slowly(client: Client): Socket {
  const socket = connect(Number(new URL(setting.server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `POST /api/house/metrics HTTP/1.1\r\nhost: x\r\ncookie: sid=${client.sid}\r\ncontent-type: application/json\r\n` +
      'content-length: 100\r\n\r\n{"experimentId":',
  )
  return socket
}

it('a client that is too slow is cut off without an answer, so that it keeps its data', async () => {
  setting = await setUp({ port: await unusedPort() })
  const { server, dataDir } = setting
  await server.close()
  const limits = { headersTimeout: 100, requestTimeout: 200 }
  // Nobody else is there whom a busy machine could make too slow.
  setting = { ...setting, server: await createServer({ dataDir, port: Number(new URL(server.url).port), limits }) }
  const socket = slowly(setting.alice)
  let answer = ''
  socket.on('data', (data) => (answer += String(data)))
  await once(socket, 'close')
  expect(answer).toBe('')
  await expect.poll(async () => (await setting.alice.call('GET', '/')).body).toBe('OK')
})

it('does not wait for a slow client when it is closed', async () => {
  setting = await setUp({ limits: { closeTimeout: 100 } })
  const socket = slowly(setting.alice)
  const closed = once(socket, 'close')
  await setting.alice.call('GET', '/')
  await setting.server.close()
  await closed
})

it('refuses a limit that is not a number', async () => {
  setting = await setUp()
  for (const object of [Number.NaN, -1])
    await expect(setUp({ limits: { object } })).rejects.toThrow(`limits.object takes a number from 0, not ${object}`)
})

it('a request that is too long is refused, and named', async () => {
  setting = await setUp({ limits: { body: 1_000 } })
  const answer = await setting.alice.call('POST', '/projects/alice', { name: 'x'.repeat(2_000) })
  expect(answer).toMatchObject({ status: 413, body: { code: 'Bad_Request' } })
})

it('answers a failure 507 after a pause, and takes the retry', async () => {
  const reports: string[] = []
  setting = await setUp({
    limits: { laterDelay: 150 },
    report: (level, message) => reports.push(`${level} ${message}`),
  })
  const { alice, server } = setting
  const cuid = await newRun(alice)
  const append = server.storage.appendScalars.bind(server.storage)
  server.storage.appendScalars = () => Promise.reject(new Error('out of order'))
  const batch = { projectId: 'p', experimentId: cuid, type: 'scalar', metrics: [{ key: 'a', index: 0, data: 1 }] }
  const begin = performance.now()
  expect(await alice.call('POST', '/house/metrics', batch)).toMatchObject({ status: 507, body: { code: 'Try_Later' } })
  expect(performance.now() - begin).toBeGreaterThan(140)
  expect(reports).toEqual(['error POST /api/house/metrics: out of order'])
  server.storage.appendScalars = append
  expect((await alice.call('POST', '/house/metrics', batch)).status).toBe(200)
})

it('ignores a member __proto__ of an item, and keeps the item', async () => {
  setting = await setUp()
  const { alice, server } = setting
  const cuid = await newRun(alice)
  const answer = await fetch(`${server.url}/api/house/metrics`, {
    method: 'POST',
    headers: { cookie: `sid=${alice.sid}`, 'content-type': 'application/json' },
    body: `{"experimentId":"${cuid}","type":"scalar","metrics":[{"key":"a","index":0,"data":1,"__proto__":{"key":"b"}},{"key":"a","index":1,"data":2}]}`,
  })
  expect(answer.status).toBe(200)
  const points = (await server.storage.scalars(cuid, undefined)).get('a')!
  expect(Array.from(points, ({ index, data }) => [index, data])).toEqual([
    [0, 1],
    [1, 2],
  ])
})

it('a run that was deleted accepts and drops everything: old clients would retry for ever', async () => {
  setting = await setUp()
  const { alice, bob } = setting
  const cuid = await newRun(alice)
  const run = `/project/alice/cats/runs/${cuid}`
  expect((await alice.call('DELETE', run)).status).toBe(200)
  const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths: ['a/b.png'] })
  expect((await fetch(body.urls[0] as string, { method: 'PUT', body: 'x' })).status).toBe(200)
  for (const [method, path, sent] of [
    ['PUT', `${run}/profile`, { config: {} }],
    ['PUT', `${run}/state`, { state: 'FINISHED' }],
    ['POST', `/house/experiments/${cuid}/heartbeat`, { flagId: 'x' }],
    ['POST', '/house/metrics', { experimentId: cuid, type: 'log', metrics: [{ epoch: 1, message: 'x' }] }],
    ['POST', `/experiment/${cuid}/files/prepare`, { files: [{ path: 'x' }] }],
    ['POST', `/experiment/${cuid}/files/complete`, { files: [{ path: 'x', state: 'UPLOADED' }] }],
  ] as const)
    expect([200, 201], `${method} ${path}`).toContain((await alice.call(method, path, sent)).status)
  expect((await alice.call('GET', run)).status).toBe(404)
  expect((await bob.call('PUT', `${run}/state`, { state: 'FINISHED' })).status).toBe(404)
  expect((await alice.call('PUT', '/project/alice/cats/runs/never/state', { state: 'FINISHED' })).status).toBe(404)
})
