import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createServer } from '../server.ts'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

let now = Date.parse('2026-11-24T01:00:00Z')

const setting = await useProjects({ clock: () => now })
const { alice } = setting

/** A person in a browser. */
class Person {
  token = ''
  url: string

  constructor(url: string = setting.server.url) {
    this.url = url
  }

  async signIn(key: string): Promise<void> {
    this.token = (await this.call('POST', '/session', { key })).body.token as string
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const answer = await fetch(`${this.url}/api/dashboard${path}`, {
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
    await person.signIn(await setting.server.storage.createKey(user))
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
  expect(await alices.call('GET', '/session')).toEqual({
    status: 401,
    body: { message: 'This session is over: sign in again.' },
  })
})

it('keeps a session over a restart of the server', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'server-pages-'))
  try {
    const first = await createServer({ dataDir, port: 0 })
    await first.storage.createUser('alice')
    const person = new Person(first.url)
    await person.signIn(await first.storage.createKey('alice'))
    await first.close()
    const second = await createServer({ dataDir, port: 0 })
    person.url = second.url
    expect(await person.call('GET', '/session')).toMatchObject({ status: 200, body: { viewer: 'alice' } })
    await second.close()
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})

it('refuses those who try keys again and again, and lets a right key in meanwhile', async () => {
  const stop = new AbortController()
  const tries = Array.from({ length: 20 }, (_, at) =>
    fetch(`${setting.server.url}/api/dashboard/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: `wrong${at}` }),
      signal: stop.signal,
    }),
  )
  const refused = await Promise.any(
    tries.map(async (answer) => {
      const { status, headers } = await answer
      if (status !== 429) throw new Error(`answered ${status}`)
      return headers.get('retry-after')
    }),
  )
  expect(refused).toBe('10')
  await Person.of('alice')
  stop.abort()
  await Promise.allSettled(tries)
  const long = await new Person().call('POST', '/session', { key: 'x'.repeat(10_000) })
  expect(long).toMatchObject({ status: 413, body: { message: expect.stringContaining('4 KiB') } })
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
  for (const path of [
    '',
    '/console',
    '/console/find?text=a',
    '/media?key=a',
    '/file?path=media/a',
    '/points?key=loss',
  ]) {
    const answer = await bobs.call('GET', `/runs/${SECRET.cuid}${path}`)
    expect([path, answer.status]).toEqual([path, 404])
    // Nothing tells it from a run that never was.
    expect(await bobs.call('GET', `/runs/nobody${path}`)).toEqual(answer)
  }
  const page = { path: 'media/a.html', theme: 'light' }
  const frame = await bobs.call('POST', `/runs/${SECRET.cuid}/frame`, page)
  expect(frame.status).toBe(404)
  expect(await bobs.call('POST', '/runs/nobody/frame', page)).toEqual(frame)
  const query = { id: 'q', runs: [SECRET.cuid], key: 'loss', x: { kind: 'step' }, width: 10 }
  const [hers, his] = await Promise.all(
    [alices, bobs].map(async (person) => (await person.call('POST', '/series', { queries: [query] })).body as string),
  )
  expect(hers).toContain(`"run":"${SECRET.cuid}"`)
  expect(his).toContain('"lines":[]')
})

it('shows the projects of a user as far as the viewer may see them; who shows none is not told from who is not there', async () => {
  const [alices, bobs] = [await Person.of('alice'), await Person.of('bob')]
  const named = async (person: Person, user: string): Promise<string[]> =>
    (await person.call('GET', `/users/${user}/projects`)).body.projects.map(({ name }: { name: string }) => name)
  expect(await named(alices, 'alice')).toEqual(['cats', 'open'])
  expect(await named(bobs, 'alice')).toEqual(['open'])
  // His own are none yet.
  expect(await named(bobs, 'bob')).toEqual([])
  const unknown = await alices.call('GET', '/users/nobody/projects')
  expect(unknown).toEqual({ status: 404, body: { message: 'User not found.' } })
  expect(await alices.call('GET', '/users/bob/projects')).toEqual(unknown)
})

it('sends nothing of a run that is not shown, also to who follows it', async () => {
  const bobs = await Person.of('bob')
  const stop = new AbortController()
  const stream = await fetch(`${setting.server.url}/api/dashboard/events?runs=${SECRET.cuid},${SHOWN.cuid}&cursor=`, {
    headers: { authorization: `Bearer ${bobs.token}` },
    signal: stop.signal,
  })
  await log(alice, SECRET.cuid, 'scalar', [scalar('loss', 2, 0.25)])
  await log(alice, SHOWN.cuid, 'scalar', [scalar('loss', 1, 0.5)])
  let seen = ''
  for await (const piece of stream.body!.pipeThrough(new TextDecoderStream()))
    if (/"type":"rows"/.test((seen += piece))) break
  stop.abort()
  expect(seen).toContain(SHOWN.cuid)
  expect(seen).not.toContain(`"${SECRET.cuid}"`)
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
  const { keys } = (await alices.call('GET', '/keys')).body as { keys: { name: string; current: boolean }[] }
  expect(keys.find(({ name }) => name === 'laptop')).toMatchObject({
    current: false,
    prefix: made.body.key.slice(0, 4),
  })
  expect(keys.filter(({ current }) => current)).toHaveLength(1)
  expect(JSON.stringify(keys)).not.toContain(made.body.key)
  expect((await alices.call('POST', '/keys', { name: 'laptop' })).status).toBe(409)
  for (const name of ['..', 'a/b', 'x'.repeat(51)])
    expect([name, (await alices.call('POST', '/keys', { name })).status]).toEqual([name, 400])
  const second = new Person()
  await second.signIn(made.body.key)
  expect((await second.call('GET', '/session')).status).toBe(200)
  expect((await second.call('GET', '/keys')).body.keys).toContainEqual(
    expect.objectContaining({ name: 'laptop', current: true }),
  )
  expect((await alices.call('DELETE', '/keys/laptop')).status).toBe(200)
  expect((await second.call('GET', '/session')).status).toBe(401)
  expect((await alices.call('DELETE', '/keys/laptop')).status).toBe(404)
})

it('shows and changes whether a project is public', async () => {
  const [alices, bobs] = [await Person.of('alice'), await Person.of('bob')]
  expect((await alices.call('GET', '/users/alice/projects')).body).toEqual({
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
    expect((await fetch(new URL(path, setting.server.url), { method: 'HEAD' })).status).toBe(answer.status)
    if (answer.ok) expect(await answer.text()).toContain('<meta name="swanlab-mode" content="server"')
  },
)
