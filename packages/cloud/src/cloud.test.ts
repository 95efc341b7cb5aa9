import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getRun, init, type InitOptions, type Run } from '@swanlab/core'
import { journal } from '@swanlab/journal'
import { cloud } from './cloud.ts'
import type { CloudOptions } from './cloud-options.ts'
import { writeLogin } from './netrc.ts'
import { sync } from './sync-command.ts'
import { unusedPort } from '../../core/src/kernel/testing/port.ts'
import { TrackingServer } from './testing/tracking-server.ts'

let server: TrackingServer
let logdir: string
const messages: string[] = []

beforeEach(async () => {
  server = await new TrackingServer().start(await unusedPort())
  logdir = mkdtempSync(join(tmpdir(), 'cloud-'))
  messages.length = 0
  process.env['SWANLAB_API_KEY'] = 'key'
  process.env['SWANLAB_API_HOST'] = `${server.url}/api`
})

afterEach(async () => {
  await getRun()?.finish()
  await server.stop()
  rmSync(logdir, { recursive: true, force: true })
  delete process.env['SWANLAB_API_KEY']
  delete process.env['SWANLAB_API_HOST']
})

const report = (_level: string, message: string): void => void messages.push(message)

async function start(
  options: InitOptions = {},
  { finishTimeout, ...own }: CloudOptions & { finishTimeout?: number } = {},
): Promise<Run> {
  return init({
    project: 'cats',
    callbacks: [journal({ logdir }), cloud({ report, ...own })],
    ...options,
    settings: { report, finishTimeout },
  })
}

describe('cloud mode', () => {
  it('sends the requests of the newest client, and uploads everything', async () => {
    const run = await start({ experimentName: 'first', description: 'hello', tags: ['a'], config: { lr: 0.1 } })
    expect(run.url).toBe(`${server.url}/@alice/cats/runs/${run.id}`)
    expect(run.projectUrl).toBe(`${server.url}/@alice/cats`)
    expect(run.public.cloud).toMatchObject({ available: true, experimentUrl: run.url })
    for (let step = 0; step < 100; step++) run.log({ loss: 1 / (step + 1), 'train/acc': step })
    run.log({ odd: Number.NaN })
    await run.finish()

    const asked = server.requests.map(({ method, path }) => `${method} ${path.replace(run.id, 'E')}`)
    expect(asked.slice(0, 5)).toEqual([
      'POST /api/login/api_key',
      'GET /api/project/alice/cats',
      'POST /api/projects/alice',
      'GET /api/project/alice/cats',
      'POST /api/project/alice/cats/experiment',
    ])
    expect(asked.at(-1)).toBe('PUT /api/project/alice/cats/runs/E/state')
    const stored = server.runs.get(run.id)!
    expect(stored.body).toMatchObject({ name: 'first', description: 'hello', labels: [{ name: 'a' }], cuid: run.id })
    expect(stored.state).toBe('FINISHED')
    expect(stored.profile['config']).toEqual({ lr: { value: 0.1, sort: 0, desc: '' } })
    expect(stored.profile['metadata']).toMatchObject({ _version: 2 })
    expect(server.scalars.size).toBe(201)
    expect(server.received).toBe(201)
    expect(server.scalars.get('loss@3')).toBe(0.25)
    expect(server.scalars.get('odd@100')).toBe('nan')
    expect([...server.series.values()].slice(0, 2)).toEqual([
      { key: 'loss', type: 'FLOAT' },
      { key: 'train/acc', type: 'FLOAT', sectionName: 'train' },
    ])
    expect(messages.join('\n')).toContain(`View it at ${run.url}`)
    expect(JSON.stringify(readFileSync(join(run.dir!, 'journal.jsonl'), 'utf8'))).not.toContain('"key"}')
  })

  it('uploads to servers of the previous generation', async () => {
    server.modern = false
    const run = await start()
    run.log({ loss: 1 })
    await run.finish()
    expect(server.to(/POST \/api\/project$/)[0]?.body).toEqual({
      name: 'cats',
      username: 'alice',
      visibility: 'PRIVATE',
    })
    expect(server.to(/POST \/api\/experiment\/.*\/columns/)[0]?.body).toEqual([{ key: 'loss', type: 'FLOAT' }])
  })

  it('continues a run that only the server knows', async () => {
    const first = await start({ config: { lr: 0.1 } })
    first.log({ loss: 1 })
    first.log({ loss: 2 })
    await first.finish()
    rmSync(first.dir!, { recursive: true })
    const second = await start({ id: first.id, resume: 'must' })
    expect(messages.at(-2)).toContain('Resuming run')
    expect(second.config['lr']).toBe(0.1)
    second.log({ loss: 3 })
    await second.finish()
    expect([...server.scalars.keys()]).toEqual(['loss@0', 'loss@1', 'loss@2'])
    expect(server.runs.size).toBe(1)
  })

  it.each([2 ** 53 - 1, 1e300, -1, 1.5, '7', null])(
    'goes on past a last step of %j that a server makes up',
    async (step) => {
      const first = await start()
      first.log({ loss: 1, acc: 1 })
      await first.finish()
      rmSync(first.dir!, { recursive: true })
      server.fault = ({ path }, response) => {
        const asked = path.includes('/summaries/')
        const scalar = [
          { key: 'loss', step },
          { key: 'acc', step: 0 },
        ]
        const body = { scalar, media: [{ key: 'img', step }], log: [{ key: 'LOG', step }] }
        if (asked) response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
        return asked
      }
      const second = await start({ id: first.id, resume: 'must' })
      for (let row = 0; row < 20; row++) second.log({ loss: row })
      await second.finish()
      expect([...server.scalars.keys()].filter((key) => key.startsWith('loss@'))).toEqual(
        Array.from({ length: 21 }, (_, at) => `loss@${at}`),
      )
    },
  )

  it('"must" fails when the server has no such run, "allow" creates it', async () => {
    const id = 'a'.repeat(21)
    await expect(start({ id, resume: 'must' })).rejects.toMatchObject({ code: 'RESUME_FAILED' })
    const run = await start({ id, resume: 'allow' })
    expect(messages.at(-2)).toContain('Tracking run')
    await run.finish()
    expect([...server.runs.keys()]).toEqual([id])
  })

  it('names a remedy when the server is unreachable, or rejects the key', async () => {
    await server.stop()
    await expect(start()).rejects.toThrow(/cannot be reached.*offlineFallback/s)
    server = await new TrackingServer().start()
    process.env['SWANLAB_API_HOST'] = server.url
    process.env['SWANLAB_API_KEY'] = 'wrong'
    await expect(start()).rejects.toThrow(/does not accept the API key/)
    await expect(start()).rejects.not.toThrow(/wrong/)
  })

  it('retries a passing failure of the server, but not a refusal', async () => {
    let moments = 2
    server.fault = (_request, response) => {
      if (moments-- <= 0) return false
      if (moments > 0) response.writeHead(503).end()
      else response.destroy()
      return true
    }
    const run = await start()
    expect(run.url).toBeDefined()
    await run.finish()
    server.fault = ({ path }, response) => {
      if (path.endsWith('/cats')) response.writeHead(403).end('{"code":"Forbidden","message":"no"}')
      return path.endsWith('/cats')
    }
    const before = server.requests.length
    await expect(start()).rejects.toMatchObject({ code: 'CLOUD_REFUSED' })
    expect(server.requests.length - before).toBe(2)
  })

  it.each([
    [400, 'Bad Request', /clone/],
    [404, 'Disabled Resource', /deleted/],
    [409, 'Conflict', /another project/],
  ])('%i %s keeps a run from being continued, and says why', async (status, reason, words) => {
    server.fault = ({ path }, response) => {
      if (path.endsWith('/experiment')) response.writeHead(status, reason).end('{"code":"Bad","message":"no"}')
      return path.endsWith('/experiment')
    }
    const resumed = start({ id: 'r1', resume: 'allow' })
    await expect(resumed).rejects.toMatchObject({ code: 'RESUME_FAILED' })
    await expect(resumed).rejects.toThrow(words)
    if (status !== 400) return
    const fresh = start()
    await expect(fresh).rejects.toMatchObject({ code: 'CLOUD_REFUSED' })
    await expect(fresh).rejects.not.toThrow(/clone/)
  })

  it('rejects an address at which something other than SwanLab answers', async () => {
    server.fault = (_request, response) => Boolean(response.writeHead(404).end())
    await expect(start()).rejects.toThrow(
      /cannot be reached \(login: 404 Not Found \(not in the form in which SwanLab servers answer\)\)/,
    )
  })

  it('without a key names the server, and the server of a stored login', async () => {
    delete process.env['SWANLAB_API_KEY']
    process.env['SWANLAB_SAVE_DIR'] = logdir
    writeLogin(logdir, { host: 'http://elsewhere', webHost: undefined, apiKey: 'kept' })
    try {
      const started = start()
      await expect(started).rejects.toThrow(`for ${server.url}: set SWANLAB_API_KEY`)
      await expect(started).rejects.toThrow(`The login in ${join(logdir, '.netrc')} is for http://elsewhere.`)
      await expect(started).rejects.not.toThrow(/kept/)
    } finally {
      delete process.env['SWANLAB_SAVE_DIR']
    }
  })

  it('offlineFallback records, and uploads as soon as the server answers', async () => {
    const { url } = server
    await server.stop()
    const run = await start({}, { offlineFallback: true })
    expect(run.url).toBeUndefined()
    run.log({ loss: 1 })
    server = await new TrackingServer().start(Number(new URL(url).port))
    run.log({ loss: 2 })
    await run.finish()
    expect([...server.scalars.values()]).toEqual([1, 2])
    expect(server.runs.get(run.id)?.state).toBe('FINISHED')
  })

  it('after an outage of the whole run, repeated syncs from two machines upload it once', async () => {
    const run = await start({ callbacks: [journal({ logdir })] })
    for (let step = 0; step < 1000; step++) run.log({ loss: step, acc: -step })
    await run.finish()
    expect(server.requests).toHaveLength(0)
    const quiet = { report: () => {} }
    expect(await sync(run.dir!, quiet)).toMatchObject({ complete: true, state: 'finished', refused: 0 })
    expect(server.scalars.size).toBe(2000)
    expect(server.received).toBe(2000)
    expect(await sync(run.dir!, quiet)).toMatchObject({ complete: true })
    expect(server.received).toBe(2000)
    rmSync(join(run.dir!, 'upload.json'))
    expect(await sync(run.dir!, quiet)).toMatchObject({ complete: true })
    expect(server.scalars.size).toBe(2000)
    expect(server.runs.size).toBe(1)
    expect(server.runs.get(run.id)?.state).toBe('FINISHED')
  })
})

// Retries are tried in test/cloud/faults.test.ts, where pauses are short.
describe('an upload whose server misbehaves', () => {
  it('logs in again when the session expires in mid-run', async () => {
    const run = await start()
    server.sid++
    for (let step = 0; step < 50; step++) run.log({ loss: step })
    await run.finish()
    expect(server.scalars.size).toBe(50)
    expect(server.logins).toBeGreaterThan(1)
    expect(server.runs.get(run.id)?.state).toBe('FINISHED')
  })

  it('sets a refused record aside and reports it, and uploads the rest', async () => {
    server.fault = ({ body }, response) => {
      const poisoned = (body as { metrics?: { data: unknown }[] })?.metrics?.some(({ data }) => data === 13) ?? false
      if (poisoned) response.writeHead(400, { 'content-type': 'application/json' }).end('{"code":"Bad","message":"13"}')
      return poisoned
    }
    const run = await start()
    for (let step = 0; step < 40; step++) run.log({ loss: step })
    await run.finish()
    expect(server.scalars.size).toBe(39)
    const refused = readFileSync(join(run.dir!, 'refused.jsonl'), 'utf8').trim().split('\n')
    expect(refused.map((line) => (JSON.parse(line) as { item: { data: number } }).item.data)).toEqual([13])
    expect(messages.join('\n')).toContain(
      'The upload is not complete (the server refused 1 scalar, see refused.jsonl in the run folder)',
    )
    expect(server.runs.get(run.id)?.state).toBe('FINISHED')
  })

  it('halves a request that is too large', async () => {
    server.fault = ({ body }, response) => {
      const large = ((body as { metrics?: unknown[] })?.metrics?.length ?? 0) > 10
      if (large) response.writeHead(413).end()
      return large
    }
    const run = await start()
    for (let step = 0; step < 100; step++) run.log({ loss: step })
    await run.finish()
    expect(server.scalars.size).toBe(100)
  })

  it('finish resolves when the server never answers again, and refers to sync', async () => {
    const run = await start({}, { finishTimeout: 500 })
    run.log({ loss: 1 })
    const { url } = server
    await server.stop()
    await run.finish()
    expect(messages.join('\n')).toContain(`npx swanlab sync ${run.dir!}`)
    server = await new TrackingServer().start(Number(new URL(url).port))
    expect(await sync(run.dir!, { report: () => {} })).toMatchObject({ complete: true })
    expect([...server.scalars.values()]).toEqual([1])
  })
})
