import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkFolder, FolderStorage } from '@swanlab/server'
import { setUp, type Setting } from '../../packages/server/src/testing/client.ts'
import { exchangesOf } from '../../packages/server/src/testing/replay.ts'
import { TIMEOUT, tries } from './runs.ts'

const ROUTES = fileURLToPath(new URL('../../packages/server/src/routes', import.meta.url))
const VECTORS = fileURLToPath(new URL('../../packages/server/src/testing/vectors', import.meta.url))

/** Every route that the server has, as its source says. */
const routes = readdirSync(ROUTES)
  .filter((name) => !name.endsWith('.test.ts'))
  .flatMap((name) => [
    ...readFileSync(`${ROUTES}/${name}`, 'utf8').matchAll(/app\.(get|post|put|delete)\(\s*['"`]([^'"`]+)/g),
  ])
  .flatMap(([, method, path]) =>
    ['scalar', 'media'].map(
      (kind) => `${method!.toUpperCase()} ${path!.replace('${kind}', kind).replace('${BUCKET}', 'swanlab')}`,
    ),
  )
  .filter((route, at, all) => all.indexOf(route) === at)
  // A wrong key is answered slowly, on purpose.
  .filter((route) => route !== 'POST /login/api_key')

let setting: Setting
let honest: string
/** The id of the run that requests are about; `RUN` stands for it in them. */
let fuzzed: string
const RUN = 'fuzzed'
let rows = 0
const told: string[] = []

beforeAll(async () => {
  setting = await setUp({
    limits: { laterDelay: 0 },
    report: (level, message) => void (level === 'error' && told.push(message)),
  })
  const { alice, bob } = setting
  await alice.call('POST', '/projects/alice', { name: 'cats' })
  await bob.call('POST', '/projects/bob', { name: 'mine' })
  await renew()
  honest = (await bob.call('POST', '/project/bob/mine/experiment', { name: 'x', cuid: 'honest' })).body.cuid as string
})
afterAll(() => rmSync(setting.dataDir, { recursive: true, force: true }))

/** What is deleted by a request is made again for the next one. */
async function renew(): Promise<void> {
  const { alice } = setting
  await alice.call('POST', '/projects/alice', { name: 'cats' })
  const run = await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: 'known' })
  fuzzed = (run.body as { cuid: string }).cuid
}

const ODD = [
  '',
  '.',
  '..',
  '%2e%2e',
  '__proto__',
  'constructor',
  'a/b',
  '%00',
  '%ff',
  '损失',
  'x'.repeat(600),
  '-1',
  'NaN',
  '*',
]
const NAMES = {
  workspace: ['alice', 'alice', 'alice', 'bob'],
  project: ['cats', 'cats', 'cats', 'mine'],
  id: [RUN, RUN, RUN, 'honest', 'known'],
  name: ['alice'],
  key: ['a'],
  '*': ['a/b'],
}
const oftenKnown = (known: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fc.constantFrom(...ODD) })

/** Bodies that real clients have sent are where damage is worth most. */
const recorded = readdirSync(VECTORS)
  .flatMap((name) => exchangesOf(name))
  .filter(({ body }) => typeof body === 'object' && body !== null)
const words = [
  ...new Set(recorded.flatMap(({ body }) => [...JSON.stringify(body).matchAll(/"(\w+)":/g)].map(([, word]) => word!))),
]

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1,
    1.5,
    1e17,
    1e308,
    2 ** 53,
    '',
    'x',
    'honest',
    RUN,
    [],
    {},
    [[]],
    [null],
    'x'.repeat(70_000),
  ),
  fc.constantFrom(
    'scalar',
    'media',
    'log',
    'column',
    'FINISHED',
    'RUNNING',
    'cats',
    'alice',
    'NaN',
    '2026-11-24T00:25:26Z',
    '\uD800',
    '\0',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)
const made: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, value, tie('list'), tie('members')),
  list: fc.array(tie('any'), { maxLength: 4 }),
  members: fc.dictionary(fc.constantFrom(...words), tie('any'), { maxKeys: 6 }),
})).any

function placesIn(one: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof one !== 'object' || one === null) return [path]
  return [path, ...Object.entries(one).flatMap(([name, member]) => placesIn(member, [...path, name]))]
}

function withAt(one: unknown, [name, ...rest]: readonly string[], damage: unknown): unknown {
  if (name === undefined) return damage
  const copy = (Array.isArray(one) ? [...(one as unknown[])] : { ...(one as object) }) as Record<string, unknown>
  copy[name] = withAt(copy[name], rest, damage)
  return copy
}

const routeOf = ({ method, path }: { method: string; path: string }): string =>
  routes.find((route) => {
    const [verb, pattern] = route.split(' ') as [string, string]
    return (
      verb === method &&
      new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+').replace('*', '.*')}$`).test(path.replace(/^\/api|\?.*/g, ''))
    )
  }) ?? ''

interface Sent {
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  readonly body: string | undefined
  readonly type: string
}

const bodyFor = (route: string): fc.Arbitrary<string | undefined> => {
  const own = recorded.filter((exchange) => routeOf(exchange) === route).map(({ body }) => body)
  const ours = (body: unknown): unknown =>
    JSON.parse(JSON.stringify(body).replaceAll(/"(experimentId|cuid)":"[^"]*"/g, `"$1":"${RUN}"`)) as unknown
  const mutated = fc
    .tuple(
      fc.constantFrom(...(own.length > 0 ? own : recorded.map(({ body }) => body))),
      fc.array(fc.tuple(fc.nat(), value), { maxLength: 3 }),
    )
    .map(([body, changes]) =>
      changes.reduce<unknown>((one, [pick, change]) => {
        const places = placesIn(one)
        return withAt(one, places[pick % places.length]!, change)
      }, ours(body)),
    )
  const text = fc
    .oneof({ weight: 4, arbitrary: mutated }, { weight: 3, arbitrary: made })
    .map((one) => JSON.stringify(one))
  const broken = fc
    .tuple(text, fc.nat(), fc.constantFrom('', '{', ']', '1e999', '\\ud800', '\0', ','))
    .map(([whole, at, put]) => {
      const place = at % (whole.length + 1)
      return whole.slice(0, place) + put + whole.slice(place + 1)
    })
  return fc.oneof(
    { weight: 6, arbitrary: text },
    { weight: 2, arbitrary: broken },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

const request: fc.Arbitrary<Sent> = fc.constantFrom(...routes).chain((route) =>
  fc.record({
    route: fc.constant(route),
    params: fc.record(
      Object.fromEntries(Object.entries(NAMES).map(([name, known]) => [name, oftenKnown(known)])),
    ) as fc.Arbitrary<Record<string, string>>,
    query: fc.oneof(
      fc.constant(''),
      fc
        .array(
          fc.tuple(
            fc.constantFrom(
              'page',
              'size',
              'path',
              'part',
              'key',
              'type',
              'search',
              'experimentId',
              'keys',
              ...words.slice(0, 20),
            ),
            oftenKnown(['1', '10', 'a', RUN]),
          ),
          { maxLength: 4 },
        )
        .map((pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`),
    ),
    body: bodyFor(route),
    type: fc.constantFrom(
      ...Array<string>(12).fill('application/json'),
      'text/plain',
      'application/octet-stream',
      'nonsense',
    ),
  }),
)

async function send({ route, params, query, body, type }: Sent): Promise<number> {
  const [method, pattern] = route.split(' ') as [string, string]
  const path = pattern.replaceAll(/:(\w+)|\*/g, (all, name: string | undefined) => params[name ?? all] ?? 'x')
  const named = (text: string): string => text.replaceAll(RUN, fuzzed)
  const answer = await fetch(`${setting.server.url}/api${named(path + query)}`, {
    method,
    headers: { cookie: `sid=${setting.alice.sid}`, 'content-type': type },
    ...(method !== 'GET' && body !== undefined && { body: named(body) }),
    signal: AbortSignal.timeout(TIMEOUT / 2),
  })
  await answer.arrayBuffer()
  return answer.status
}

const seen = new Map<string, Set<number>>()

test('whatever is asked is answered, and an honest client goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
      await renew()
      const statuses = await Promise.all(requests.map(send))
      for (const [at, status] of statuses.entries()) {
        const { route } = requests[at]!
        if (!seen.has(route)) seen.set(route, new Set())
        seen.get(route)!.add(status)
        if (status >= 500 && status !== 507) throw new Error(`${route} was answered ${status}: ${told.at(-1)}`)
      }
      const metrics = [{ key: 'loss', index: rows, data: rows }]
      const taken = await setting.bob.call('POST', '/house/metrics', { type: 'scalar', experimentId: honest, metrics })
      expect(taken.status).toBe(200)
      rows++
    }),
    tries,
  )
  // What is done to a project while it is being deleted.
  expect(told.filter((message) => !message.includes('the disk refuses (ENOENT)'))).toEqual([])
  const everything = await setting.server.storage.scalars(honest, undefined)
  expect([...everything.get('loss')!]).toHaveLength(rows)
  await setting.server.close()
  expect(await checkFolder(setting.dataDir)).toMatchObject({ damages: [], notes: [] })
  const storage = await FolderStorage.open(setting.dataDir)
  expect([...(await storage.scalars(honest, undefined)).get('loss')!]).toHaveLength(rows)
  await storage.close()
  const answers = Array.from(seen, ([route, statuses]) => `  ${route}: ${[...statuses].toSorted().join(', ')}`)
  process.stdout.write(`${routes.length} routes, ${rows} honest rows\n${answers.toSorted().join('\n')}\n`)
})
