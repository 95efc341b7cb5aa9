import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { init, sync, type InitOptions } from 'swanlab'
import { Image, Text } from 'swanlab/media'
import { TrackingServer, type SeenRequest } from '../../packages/cloud/src/testing/tracking-server.ts'

/** Headers and members of every request of SwanLab's client 0.10.3, taken from recorded traffic. */
const RECORDED = JSON.parse(
  readFileSync(fileURLToPath(new URL('../fixtures/wire-0.10.3.json', import.meta.url)), 'utf8'),
) as Record<string, Shape>

interface Shape {
  headers: string[]
  body: Record<string, string[]>
}

/** What the library that sends adds by itself. */
const OF_THE_CARRIER = [
  'host',
  'connection',
  'content-length',
  'accept-encoding',
  'user-agent',
  'accept',
  'transfer-encoding',
]

const seen = new Map<string, Shape[]>()

beforeAll(async () => {
  const server = await new TrackingServer().start()
  const logdir = mkdtempSync(join(tmpdir(), 'traffic-'))
  process.env['SWANLAB_API_KEY'] = 'key'
  process.env['SWANLAB_API_HOST'] = server.url
  const options: InitOptions = {
    project: 'demo',
    logdir,
    experimentName: 'quick-swan-0',
    description: 'hello',
    tags: ['a', 'b'],
    config: { lr: 0.1, layers: 3, nested: { on: true, x: [1, 2] } },
    settings: { background: false, report: () => {} },
  }
  const run = await init(options)
  run.log({ loss: 0.5, 'train/acc': 1, deep: { a: { b: 2 } } })
  run.log({ loss: Number.NaN, inf: Infinity })
  await run.finish({ state: 'crashed', error: new Error('no') })
  const again = await init({ ...options, id: run.id, resume: 'must' })
  again.log({ loss: 0.25, img: new Image([[1, 2]], { caption: 'cap' }), note: new Text('hello') })
  await again.finish()
  await sync(run.dir!, { report: () => {} })
  for (const request of server.requests) {
    const route = routeOf(request)
    seen.set(route, [...(seen.get(route) ?? []), shapeOf(request)])
  }
  await server.stop()
  expect(readdirSync(logdir).length).toBeGreaterThan(0)
  rmSync(logdir, { recursive: true })
})

afterAll(() => {
  delete process.env['SWANLAB_API_KEY']
  delete process.env['SWANLAB_API_HOST']
})

describe("our requests, field by field, compared to those of SwanLab's own client for the same run", () => {
  it('goes to the same addresses', () => {
    expect([...seen.keys()].toSorted()).toEqual(Object.keys(RECORDED).toSorted())
  })

  it.each(Object.keys(RECORDED))('%s', (route) => {
    const { headers, body } = RECORDED[route]!
    for (const shape of seen.get(route) ?? []) {
      expect(shape.headers).toEqual(headers)
      for (const [member, types] of Object.entries(shape.body)) {
        expect(body, `${member} is not a member there`).toHaveProperty([member])
        expect(body[member], member).toEqual(expect.arrayContaining(types))
      }
    }
  })
})

function routeOf({ method, path, body }: SeenRequest): string {
  const route = path
    .replace(/\?.*/, '')
    .replace(/\/api\/project\/alice\/demo\/runs\/[^/]+/, '/api/project/{w}/{p}/runs/{id}')
    .replace(/\/api\/(projects?)\/alice\/demo/, '/api/$1/{w}/{p}')
    .replace(/\/api\/(projects?)\/alice/, '/api/$1/{w}')
    .replace(/\/api\/house\/experiments\/[^/]+/, '/api/house/experiments/{id}')
    .replace(/\/api\/house\/metrics\/summaries\/[^/]+\/[^/]+/, '/api/house/metrics/summaries/{pid}/{id}')
    .replace(/\/files\/.*/, '/obj/{path}')
  return `${method} ${route}${route.endsWith('/house/metrics') ? ` ${(body as { type: string }).type}` : ''}`
}

function shapeOf({ headers, body }: SeenRequest): Shape {
  const shape: Shape = {
    headers: Object.keys(headers)
      .filter((name) => !OF_THE_CARRIER.includes(name))
      .toSorted(),
    body: {},
  }
  if (typeof body === 'object' && !Buffer.isBuffer(body)) walk(body, '', shape.body)
  return shape
}

function walk(value: unknown, path: string, into: Record<string, string[]>): void {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const types = (into[path || '.'] ??= [])
  if (!types.includes(type)) types.push(type)
  if (Array.isArray(value)) for (const item of value) walk(item, `${path}[]`, into)
  else if (type === 'object' && path !== '.metadata')
    for (const [key, item] of Object.entries(value as object))
      walk(item, path === '.config' ? '.config.*' : `${path}.${key}`, into)
}
