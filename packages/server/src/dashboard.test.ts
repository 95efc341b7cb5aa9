import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from './testing/runs.ts'

let now = Date.parse('2026-11-24T01:00:00Z')

const setting = await useProjects({ clock: () => now })
const { alice } = setting

/** A person in a browser. */
class Person {
  token = ''

  // oxlint-disable-next-line typescript/no-explicit-any
  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const answer = await fetch(`${setting.server.url}/api/dashboard${path}`, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text }
  }

  static async of(user: string): Promise<Person> {
    const person = new Person()
    const { body } = await person.call('POST', '/session', { key: await setting.server.storage.createKey(user) })
    person.token = (body as { token: string }).token
    return person
  }

  async runs(): Promise<string[]> {
    const { body } = await this.call('GET', '/runs')
    return (body as { runs: { id: string }[] }).runs.map(({ id }) => id)
  }
}

const SECRET = await newRun(alice, 'cats', { cuid: 'secret' })
const SHOWN = await newRun(alice, 'open', { cuid: 'shown' })
await log(alice, SECRET.cuid, 'scalar', [scalar('loss', 1, 0.5)])

it('opens a session for a key, and ends it', async () => {
  const person = new Person()
  expect(await person.call('GET', '/session')).toMatchObject({ status: 401, body: { message: expect.any(String) } })
  expect(await person.call('POST', '/session', { key: 'wrong' })).toEqual({
    status: 401,
    body: { message: 'This API key is not known here.' },
  })
  const alices = await Person.of('alice')
  expect((await alices.call('GET', '/session')).body).toMatchObject({ viewer: 'alice', mode: 'server' })
  expect((await alices.call('DELETE', '/session')).status).toBe(200)
  expect((await alices.call('GET', '/session')).status).toBe(401)
})

it('takes no cookie, and nothing from pages of others', async () => {
  const { token } = await Person.of('alice')
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${setting.server.url}/api/dashboard/runs`, { headers })).status
  expect(await ask({ cookie: `sid=${token}` })).toBe(401)
  expect(await ask({ authorization: `Bearer ${token}`, origin: 'https://evil.example' })).toBe(403)
  expect(await ask({ authorization: `Bearer ${token}`, 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await ask({ authorization: `Bearer ${token}`, origin: setting.server.url })).toBe(200)
})

it("shows users their own runs and those of public projects; another's run is nowhere", async () => {
  const [alices, bobs] = [await Person.of('alice'), await Person.of('bob')]
  expect((await alices.runs()).toSorted()).toEqual(['secret', 'shown'])
  expect(await bobs.runs()).toEqual(['shown'])
  const detail = await alices.call('GET', `/runs/${SECRET.cuid}`)
  expect(detail.body).toMatchObject({
    ...{ key: SECRET.cuid, id: 'secret', workspace: 'alice', project: 'cats', state: 'running' },
    columns: [{ key: 'loss', count: 1, last: 0.5 }],
  })
  // Where it lies on the server is nobody's business.
  expect(JSON.stringify(detail.body)).not.toContain(setting.dataDir)
  for (const path of ['', '/console', '/console/find?text=a', '/media?key=a', '/file?path=media/a', '/points?key=loss'])
    expect([path, (await bobs.call('GET', `/runs/${SECRET.cuid}${path}`)).status]).toEqual([path, 404])
  const query = { id: 'q', runs: [SECRET.cuid], key: 'loss', x: { kind: 'step' }, width: 10 }
  const [hers, his] = await Promise.all(
    [alices, bobs].map(async (person) => (await person.call('POST', '/series', { queries: [query] })).body as string),
  )
  expect(hers).toContain(`"run":"${SECRET.cuid}"`)
  expect(his).toContain('"lines":[]')
})

it('says how a run ended, and that one whose client is silent is lost', async () => {
  const alices = await Person.of('alice')
  const stateOf = async (cuid: string): Promise<string> => (await alices.call('GET', `/runs/${cuid}`)).body.state
  await alice.call('POST', `/house/experiments/${SHOWN.cuid}/heartbeat`, { flagId: 'x' })
  expect(await stateOf(SHOWN.cuid)).toBe('running')
  now += 26 * 60_000
  expect(await stateOf(SHOWN.cuid)).toBe('lost')
  await alice.call('PUT', '/project/alice/open/runs/shown/state', {
    state: 'CRASHED',
    finishedAt: '2026-11-24T02:00:00Z',
  })
  expect(await stateOf(SHOWN.cuid)).toBe('crashed')
})

it('makes, lists and revokes keys; a session of a revoked key is over', async () => {
  const alices = await Person.of('alice')
  const made = await alices.call('POST', '/keys', { name: 'laptop' })
  expect(made.body).toEqual({ key: expect.stringMatching(/^\w{21}$/) })
  const { keys } = (await alices.call('GET', '/keys')).body as { keys: { name: string }[] }
  expect(keys.map(({ name }) => name)).toContain('laptop')
  expect(JSON.stringify(keys)).not.toContain(made.body.key)
  expect((await alices.call('POST', '/keys', { name: 'laptop' })).status).toBe(409)
  const second = new Person()
  second.token = (await second.call('POST', '/session', { key: made.body.key })).body.token
  expect((await second.call('GET', '/session')).status).toBe(200)
  expect((await alices.call('DELETE', '/keys/laptop')).status).toBe(200)
  expect((await second.call('GET', '/session')).status).toBe(401)
  expect((await alices.call('DELETE', '/keys/laptop')).status).toBe(404)
})

it('shows and changes whether a project is public', async () => {
  const [alices, bobs] = [await Person.of('alice'), await Person.of('bob')]
  expect((await alices.call('GET', '/projects')).body).toEqual({
    projects: [
      { name: 'cats', public: false, runs: 1 },
      { name: 'open', public: true, runs: 1 },
    ],
  })
  expect((await bobs.call('POST', '/projects/cats', { public: true })).status).toBe(404)
  expect((await alices.call('POST', '/projects/cats', { public: true })).body).toMatchObject({ public: true })
  expect((await bobs.runs()).toSorted()).toEqual(['secret', 'shown'])
  expect((await alices.call('POST', '/projects/cats', { public: false })).body).toMatchObject({ public: false })
  expect(await bobs.runs()).toEqual(['shown'])
  expect((await alices.call('POST', '/projects/cats', { public: 'yes' })).status).toBe(400)
})

it('ends the stream of a viewer whose session is over', async () => {
  const alices = await Person.of('alice')
  const stream = await fetch(`${setting.server.url}/api/dashboard/events?runs=&cursor=`, {
    headers: { authorization: `Bearer ${alices.token}` },
  })
  await alices.call('DELETE', '/session')
  // Reads until the server ends it.
  expect(await stream.text()).toContain('"type":"hello"')
})

it.each(['/', '/@alice', '/@alice/cats', '/@alice/cats/runs/secret', '/settings'])(
  'answers %s with the page, under its security policy',
  async (path) => {
    const answer = await fetch(new URL(path, setting.server.url))
    // A clone in which nothing was built has no page, and says so.
    expect([200, 503]).toContain(answer.status)
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
  },
)
