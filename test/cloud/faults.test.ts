import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init, sync } from 'swanlab'
import { createServer, type TrackingServer } from '@swanlab/server'
import { unusedPort } from '../../packages/core/src/kernel/testing/port.ts'
import { registerRun } from '../../packages/cloud/src/register-run.ts'
import { RetryPolicy } from '../../packages/cloud/src/retry-policy.ts'
import { CheckpointFile } from '../../packages/cloud/src/checkpoint.ts'
import { Session } from '../../packages/cloud/src/session.ts'
import { httpTransport } from '../../packages/cloud/src/transport.ts'
import { Uploader, type UploadReport } from '../../packages/cloud/src/uploader.ts'
import { FaultProxy, type Fault } from './fault-proxy.ts'

const STEPS = 3_000
const KEYS = 4

let server: TrackingServer
let proxy: FaultProxy
let apiKey: string
const folder = mkdtempSync(join(tmpdir(), 'faults-'))
const dataDir = join(folder, 'data')

beforeAll(async () => {
  server = await createServer({ dataDir, port: await unusedPort() })
  await server.storage.createUser('alice')
  apiKey = await server.storage.createKey('alice')
  proxy = await new FaultProxy(server.url).start()
})

afterAll(async () => {
  await proxy.stop()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A run as it lies in its folder after an offline training. */
async function recorded(): Promise<{ dir: string; id: string }> {
  const settings = { background: false, report: () => {}, metadataCollect: false, requirementsCollect: false }
  const run = await init({
    project: 'faults',
    mode: 'offline',
    logdir: join(folder, 'logs'),
    config: { lr: 1 },
    settings,
  })
  for (let step = 0; step < STEPS; step++)
    run.log(Object.fromEntries(Array.from({ length: KEYS }, (_, key) => [`key${key}`, step * key])))
  await run.finish()
  return { dir: run.dir!, id: run.id }
}

function uploaderOf(
  { dir, id }: { dir: string; id: string },
  requestTime = 30_000,
): { uploader: Uploader; retry: RetryPolicy } {
  const credentials = { apiKey, api: proxy.url, web: proxy.url }
  const session = new Session({
    credentials,
    transport: httpTransport(),
    clock: Date.now,
    version: '0',
    requestTime,
  })
  const retry = new RetryPolicy({
    clock: Date.now,
    random: Math.random,
    report: () => {},
    firstPause: 20,
    afterEnd: 50_000,
  })
  const uploader = new Uploader({
    dir,
    session,
    retry,
    checkpoint: new CheckpointFile(dir, { server: credentials.api, id }),
    register: () => {
      const look = () => ({ experimentName: 'swan', colors: ['#528d59', '#528d59'] })
      const run = {
        id,
        project: 'faults',
        workspace: 'alice',
        description: undefined,
        tags: [],
        public: undefined,
        look,
      }
      return registerRun(session, run, { resume: 'allow', clock: Date.now })
    },
    clock: Date.now,
    report: () => {},
    interval: 5,
  })
  return { uploader, retry }
}

async function upload(run: { dir: string; id: string }, requestTime?: number): Promise<UploadReport> {
  const { uploader, retry } = uploaderOf(run, requestTime)
  retry.runEnded(Date.now())
  uploader.end('finished')
  return uploader.run()
}

/** Every point once, as it was logged, and the end of the run. */
async function expectWhole(id: string): Promise<void> {
  const { storage } = server
  const stored = storage.run(storage.project('alice', 'faults')!, id)!
  expect(stored.state).toBe('FINISHED')
  expect(stored.profile.config).toEqual({ lr: { value: 1, sort: 0, desc: '' } })
  const points = await storage.scalars(stored.cuid, undefined)
  expect([...points.keys()].toSorted()).toEqual(Array.from({ length: KEYS }, (_, key) => `key${key}`))
  for (const [key, series] of points) {
    expect(series).toHaveLength(STEPS)
    expect([...series].every(({ index, data }) => data === index * Number(key.slice(3)))).toBe(true)
  }
}

const PAGE = { 'content-type': 'text/html' }
/** What proxies and gateways say while the server behind them is away. */
const OUTAGES: Record<string, Fault> = {
  "a proxy's page of 404": { kind: 'answer', status: 404, headers: PAGE, body: '<html>404 Not Found</html>' },
  "a proxy's page of 400": { kind: 'answer', status: 400, headers: PAGE, body: '<html>400 Bad Request</html>' },
  "a proxy's page of 403": { kind: 'answer', status: 403, headers: PAGE, body: '<html>403 Forbidden</html>' },
  "a gateway's 404 in JSON": { kind: 'answer', status: 404, body: '{"message":"no Route matched with those values"}' },
  "a gateway's 400 in JSON": { kind: 'answer', status: 400, body: '{"code":400,"message":"bad request"}' },
  '404 without a body': { kind: 'answer', status: 404, body: '' },
  'a page that is not called one': { kind: 'answer', status: 200, body: '<!doctype html><title>Maintenance</title>' },
}

const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault)
const FAULTS: Record<string, Fault[]> = {
  'refused connections': times(6, { kind: 'refuse' }),
  '429 with Retry-After': times(3, { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }),
  '429 without': times(6, { kind: 'answer', status: 429 }),
  'a storm of 500, 502, 503 and 504': [500, 502, 503, 504, 500, 503].map((status) => ({ kind: 'answer', status })),
  '507': times(5, { kind: 'answer', status: 507 }),
  'connections cut after some bytes': [0, 1, 100, 5_000, 60_000].map((bytes) => ({ kind: 'cut', bytes })),
  'answers that are lost': times(6, { kind: 'lose answer' }),
  'requests that arrive twice': times(4, { kind: 'repeat' }),
  'requests that nobody answers': times(3, { kind: 'hang' }),
  'answers that trickle': times(4, { kind: 'trickle' }),
  "a captive portal's page": times(5, {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>Welcome</html>',
  }),
  'a redirect to a login page': times(5, { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
  'a proxy that wants a login': times(3, { kind: 'answer', status: 407 }),
}

describe('whatever fails on the network, the server has every record once', () => {
  it.each(Object.keys(FAULTS))('%s', async (name) => {
    const run = await recorded()
    proxy.faults = [...FAULTS[name]!]
    const before = proxy.met
    // Shorter, it might be over before an honest answer comes.
    const requestTime = FAULTS[name]!.some(({ kind }) => kind === 'hang') ? 2_000 : undefined
    expect(await upload(run, requestTime)).toMatchObject({ complete: true, absent: { refused: {}, missing: 0 } })
    expect(proxy.met - before).toBe(FAULTS[name]!.length)
    await expectWhole(run.id)
  })

  it.each(Object.keys(OUTAGES))('%s, for a while', async (name) => {
    const run = await recorded()
    proxy.faults = times(12, OUTAGES[name]!)
    const before = proxy.met
    expect(await upload(run)).toMatchObject({ complete: true, absent: { refused: {}, missing: 0 } })
    expect(proxy.met - before).toBe(12)
    await expectWhole(run.id)
    expect(existsSync(join(run.dir, 'refused.jsonl'))).toBe(false)
  })

  it.each(["a proxy's page of 404", "a gateway's 400 in JSON"])('%s, from the login on', async (name) => {
    const run = await recorded()
    proxy.anyFaults = times(5, OUTAGES[name]!)
    expect(await upload(run)).toMatchObject({ complete: true })
    await expectWhole(run.id)
  })

  it('a server that is restarted in the middle, with another process that takes over the upload', async () => {
    const run = await recorded()
    const { uploader, retry } = uploaderOf(run)
    proxy.faults = times(40, { kind: 'refuse' })
    const first = uploader.run()
    await new Promise((resolve) => setTimeout(resolve, 100))
    retry.stop()
    expect(await first).toMatchObject({ complete: false })
    proxy.faults = []
    await server.close()
    const second = uploaderOf(run)
    second.retry.runEnded(Date.now())
    second.uploader.end('finished')
    const uploaded = second.uploader.run()
    await new Promise((resolve) => setTimeout(resolve, 300))
    server = await createServer({ dataDir, port: Number(new URL(server.url).port) })
    expect(await uploaded).toMatchObject({ complete: true })
    await expectWhole(run.id)
  })

  it('an outage of the whole run, then sync, sync again, and sync from two machines at once', async () => {
    const run = await recorded()
    const options = { apiKey, host: server.url, report: () => {} }
    expect(await sync(run.dir, options)).toMatchObject({ complete: true, state: 'finished', damaged: 0 })
    await expectWhole(run.id)
    expect(await sync(run.dir, options)).toMatchObject({ complete: true })
    await expectWhole(run.id)
    rmSync(join(run.dir, 'upload.json'))
    const copy = join(folder, 'copy')
    cpSync(run.dir, copy, { recursive: true })
    await Promise.all([sync(run.dir, options), sync(copy, options)])
    await expectWhole(run.id)
    expect(
      server.storage.runs(server.storage.project('alice', 'faults')!).filter(({ slug }) => slug === run.id),
    ).toHaveLength(1)
    expect(readFileSync(join(run.dir, 'upload.json'), 'utf8')).not.toContain(apiKey)
  })
})
