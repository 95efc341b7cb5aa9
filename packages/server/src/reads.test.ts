import { request } from 'node:http'
import { expect, it } from 'vitest'
import type { Client } from './testing/client.ts'
import { log, newRun, scalar, useProjects } from './testing/runs.ts'

const reports: string[] = []
const setting = await useProjects({
  limits: { reads: 8 * 1024 * 1024, laterDelay: 0 },
  report: (level, message) => reports.push(`${level} ${message}`),
})
const { alice, bob, server } = setting

/** What is read of the storage while something is done. */
async function readsDuring(method: 'scalars' | 'media', work: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = []
  const { storage } = server
  const original = storage[method] as (cuid: string, ...rest: unknown[]) => Promise<unknown>
  const counted = (cuid: string, ...rest: unknown[]): Promise<unknown> => {
    found.push(cuid)
    return original.call(storage, cuid, ...rest)
  }
  try {
    Object.assign(storage, { [method]: counted })
    await work()
  } finally {
    Object.assign(storage, { [method]: original })
  }
  return found
}

it('a run that is named again and again is read once', async () => {
  const { cuid } = await newRun(alice)
  await log(alice, cuid, 'scalar', [scalar('x', 0, 1), scalar('y', 0, 1)])
  const experiments = Array.from({ length: 12 }, () => ({ experimentId: cuid }))
  for (const body of [experiments, { experiments }])
    expect(await readsDuring('scalars', () => alice.call('POST', '/house/metrics/summaries', body))).toEqual([cuid])
  const columns = ['x', 'y', 'x', 'none'].map((key) => ({ experimentId: cuid, key }))
  for (const path of ['scalar', 'scalar/value', 'scalar/export'])
    expect(await readsDuring('scalars', () => alice.call('POST', `/house/metrics/${path}`, { columns }))).toEqual([
      cuid,
    ])
  for (const path of ['media', 'f_media'])
    expect(await readsDuring('media', () => alice.call('POST', `/house/metrics/${path}`, { columns }))).toEqual([cuid])
})

it('a point of media with more files than any client sends is skipped, not the rest of its batch', async () => {
  const { cuid } = await newRun(alice)
  const media = (index: number, count: number) => ({ key: 'img', index, data: Array(count).fill('a/b.c') as string[] })
  expect((await log(alice, cuid, 'media', [media(0, 1_001), media(1, 1_000)])).status).toBe(200)
  const points = (await server.storage.media(cuid, new Set(['img']))).get('img')
  expect(points?.map(({ index }) => index)).toEqual([1])
})

it('a host that is none is not repeated in addresses', async () => {
  const { cuid } = await newRun(alice)
  const ask = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { cookie: `sid=${alice.sid}`, 'content-type': 'application/json', host }
      const sent = request(`${server.url}/api/resources/presigned/put`, { method: 'POST', headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode!))
      })
      sent.once('error', reject).end(JSON.stringify({ experimentId: cuid, paths: ['a'] }))
    })
  for (const host of ['example.org', 'EXAMPLE.org:80', '127.0.0.1:5092', '[::1]:5092', `${'a.'.repeat(126)}b:65535`])
    expect(await ask(host), host).toBe(200)
  for (const host of ['h'.repeat(4_000), 'a/b', 'a"b', 'a b']) expect(await ask(host), host).toBe(400)
})

it('many addresses are in order, whether they wait for a turn or not', async () => {
  const { cuid } = await newRun(alice)
  for (const count of [3, 1_003]) {
    const paths = Array.from({ length: count }, (_, at) => `media/${at}.png`)
    const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths })
    expect((body.urls as string[]).map((url) => new URL(url).searchParams.get('path'))).toEqual(paths)
  }
})

async function projectOfRuns(client: Client, name: string, count: number): Promise<string[]> {
  await client.call('POST', '/projects/alice', { name, visibility: 'PRIVATE' })
  const cuids: string[] = []
  for (let at = 0; at < count; at++) {
    const { cuid } = await newRun(client, name)
    const config = { text: { value: 'x'.repeat(300_000), sort: 0, desc: '' } }
    await client.call('PUT', `/project/alice/${name}/runs/${cuid}/profile`, { config })
    cuids.push(cuid)
  }
  return cuids
}

it('a list of runs names all of them; the profiles of those behind the first mebibytes are asked for one by one', async () => {
  const cuids = await projectOfRuns(alice, 'large', 6)
  const shows = '/project/alice/large/runs/shows'
  for (const list of [
    (await alice.call('POST', shows, { filters: [], groups: [], sorts: [] })).body,
    (await alice.call('GET', '/project/alice/large/runs?page=1&size=10')).body.list,
  ] as Record<string, unknown>[][]) {
    expect(list.map(({ cuid }) => cuid)).toEqual(cuids.toReversed())
    const profiles = list.filter(({ profile }) => profile !== undefined)
    expect(profiles.length).toBeGreaterThan(0)
    expect(profiles.length).toBeLessThan(6)
    expect('profile' in list.at(-1)!).toBe(false)
  }
  const groups = [{ key: 'name', type: 'STABLE' }]
  const { body } = await alice.call('POST', shows, { groups })
  expect(Object.keys(body)).toHaveLength(6)
  const { body: alone } = await alice.call('GET', `/project/alice/large/runs/${cuids[0]}`)
  expect(alone.profile.config.text.value).toHaveLength(300_000)
})

it('runs that are filtered and sorted can be asked for page by page', async () => {
  const shows = '/project/alice/large/runs/shows'
  const { body: all } = await alice.call('POST', shows, {})
  const { body: second } = await alice.call('POST', `${shows}?page=2&size=4`, {})
  expect(second).toMatchObject({ size: 4, pages: 2, total: 6 })
  expect(second.list.map(({ cuid }: { cuid: string }) => cuid)).toEqual(
    all.slice(4).map(({ cuid }: { cuid: string }) => cuid),
  )
  const groups = [{ key: 'name', type: 'STABLE' }]
  expect((await alice.call('POST', `${shows}?page=1`, { groups })).status).toBe(400)
})

it('what needs more memory than there is for one is refused, and the next reads go on', async () => {
  const { cuid } = await newRun(alice)
  const keys = Array.from({ length: 8 }, (_, at) => `k${at}`)
  for (let from = 0; from < 10_000; from += 1_000) {
    const steps = Array.from({ length: 1_000 }, (_, at) => from + at)
    const points = steps.flatMap((index) => keys.map((key) => ({ key, index, data: index })))
    await log(alice, cuid, 'scalar', points)
  }
  const columns = keys.map((key) => ({ experimentId: cuid, key }))
  const whole = await alice.call('POST', '/house/metrics/scalar', { columns })
  expect(whole).toMatchObject({ status: 400, body: { message: expect.stringContaining('ask for less') as string } })
  for (let times = 0; times < 5; times++) {
    const part = await alice.call('POST', '/house/metrics/scalar', { columns: columns.slice(0, 2) })
    expect(part.body.map(({ metrics }: { metrics: unknown[] }) => metrics.length)).toEqual([1_500, 1_500])
  }
})

it('reads that come all at once are all answered, and a client that goes away leaves no error', async () => {
  reports.length = 0
  const { cuid } = await newRun(alice, 'open')
  await log(alice, cuid, 'scalar', [scalar('x', 0, 1)])
  const body = { columns: [{ experimentId: cuid, key: 'x' }] }
  const gone = Array.from({ length: 10 }, () => {
    const leave = new AbortController()
    const asked = fetch(`${server.url}/api/house/metrics/scalar`, {
      method: 'POST',
      headers: { cookie: `sid=${alice.sid}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: leave.signal,
    })
    setImmediate(() => leave.abort())
    return asked.catch(() => {})
  })
  const answers = await Promise.all(
    [alice, bob].flatMap((client) =>
      Array.from({ length: 40 }, () => client.call('POST', '/house/metrics/scalar/export', body)),
    ),
  )
  await Promise.all(gone)
  expect(answers.map(({ status }) => status)).toEqual(Array(80).fill(200))
  expect(reports).toEqual([])
})

it('lines are given by number, and the last version of each counts', async () => {
  const { cuid } = await newRun(alice)
  const line = (epoch: number, level = 'INFO', message = `line ${epoch}`) => ({ epoch, level, message })
  await log(
    alice,
    cuid,
    'log',
    Array.from({ length: 12_000 }, (_, at) => line(12_000 - at, at % 100 === 0 ? 'WARN' : 'INFO')),
  )
  await log(alice, cuid, 'log', [line(5, 'ERROR', 'changed'), line(12_000, 'INFO', 'no warning any more')])
  const read = async (query: string): Promise<number[]> => {
    const { body } = await alice.call('GET', `/house/metrics/log?experimentId=${cuid}&${query}`)
    expect(body.count).toBe(12_000)
    return (body.logs as { epoch: number }[]).map(({ epoch }) => epoch)
  }
  expect(await read('size=3')).toEqual([1, 2, 3])
  expect(await read('size=3&epoch=11998')).toEqual([11_999, 12_000])
  expect(await read('size=2&level=WARN')).toEqual([100, 200])
  expect(await read('level=WARN&epoch=11850')).toEqual([11_900])
  expect(await read('level=ERROR')).toEqual([5])
})
