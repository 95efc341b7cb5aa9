import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JournalReader } from '@swanlab/core/journal'
import { createServer } from './server.ts'
import { Client, setUp, type Setting } from './testing/client.ts'

let setting: Setting
let alice: Client
let bob: Client

beforeAll(async () => {
  setting = await setUp()
  ;({ alice, bob } = setting)
  await alice.call('POST', '/projects/alice', { name: 'cats', visibility: 'PRIVATE' })
  await alice.call('POST', '/projects/alice', { name: 'open', visibility: 'PUBLIC' })
})

afterAll(() => setting.server.close())

let count = 0
async function newRun(
  client = alice,
  project = 'cats',
  rest: object = {},
): Promise<{ cuid: string; slug: string; flagId: string }> {
  const body = { name: `swan-${++count}`, cuid: `run${count}`, colors: ['#528d59', '#528d59'], ...rest }
  const { status, body: run } = await client.call('POST', `/project/alice/${project}/experiment`, body)
  expect(status).toBe(201)
  return run as { cuid: string; slug: string; flagId: string }
}
const scalar = (key: string, index: number, data: unknown): object => ({
  key,
  index,
  data,
  create_time: '2026-11-24T00:25:26.526147Z',
})
const log = (cuid: string, type: string, metrics: object[], client = alice) =>
  client.call('POST', '/house/metrics', { projectId: 'p', experimentId: cuid, type, metrics })
const folderOf = (project: string, cuid: string): string => {
  const dir = join(setting.dataDir, 'projects', 'alice', project)
  return join(
    dir,
    readdirSync(dir).find((name) => name.endsWith(cuid))!,
  )
}

describe('who may come in', () => {
  it('whoever has a key of 21 letters and digits, for two months', async () => {
    const key = await setting.server.storage.createKey('alice')
    expect(key).toMatch(/^[0-9A-Za-z]{21}$/)
    const answer = await new Client(setting.server.url).login(key)
    expect(answer).toMatchObject({ status: 200, body: { userInfo: { username: 'alice' } } })
    expect(answer.body.expiredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Date.parse(answer.body.expiredAt as string) - Date.now()).toBeGreaterThan(30 * 86_400_000)
    const users = join(setting.dataDir, 'users.json')
    expect(readFileSync(users, 'utf8')).not.toContain(key)
    expect(statSync(users).mode & 0o777).toBe(0o600)
  })

  it('and nobody else', async () => {
    const stranger = new Client(setting.server.url)
    expect(await stranger.login('x'.repeat(21))).toMatchObject({
      status: 401,
      reason: 'Unauthorized',
      body: { code: 'Unauthorized' },
    })
    expect(await stranger.call('GET', '/project/alice/open')).toMatchObject({ status: 401 })
    expect(await stranger.call('GET', '/')).toMatchObject({ status: 200, body: 'OK' })
  })

  it('a project of somebody else is not there, unless it is public, and then it is only read', async () => {
    const { cuid } = await newRun()
    const { cuid: visible } = await newRun(alice, 'open')
    expect(await bob.call('GET', '/project/alice/cats')).toMatchObject({ status: 404, reason: 'Not Found' })
    expect(await bob.call('GET', `/project/alice/cats/runs/${cuid}`)).toMatchObject({ status: 404 })
    expect(await bob.call('GET', '/project/alice/open')).toMatchObject({ status: 200 })
    expect(await bob.call('GET', `/project/alice/open/runs/${visible}`)).toMatchObject({ status: 200 })
    for (const [method, path, body] of [
      ['POST', '/projects/alice', { name: 'x', visibility: 'PRIVATE' }],
      ['POST', '/project/alice/open/experiment', { name: 'x' }],
      ['PUT', `/project/alice/open/runs/${visible}/state`, { state: 'FINISHED' }],
      ['POST', '/projects/alice/open/series', { series: [] }],
      ['DELETE', '/project/alice/open', undefined],
    ] as const)
      expect(await bob.call(method, path, body)).toMatchObject({ status: 403, reason: 'Forbidden' })
    expect((await log(visible, 'scalar', [scalar('a', 0, 1)], bob)).status).toBe(403)
    expect((await bob.call('GET', '/project/alice')).body.list.map(({ name }: { name: string }) => name)).toEqual([
      'open',
    ])
  })
})

describe('projects and runs', () => {
  it('both generations of clients make projects', async () => {
    const made = await alice.call('POST', '/project', { name: 'old' })
    expect(made).toMatchObject({ status: 201, body: { username: 'alice', version: 1 } })
    expect(await alice.call('POST', '/project', { name: 'old' })).toMatchObject({
      status: 409,
      body: { username: 'alice' },
    })
    expect((await alice.call('POST', '/projects/alice', { name: 'old', visibility: 'PRIVATE' })).status).toBe(200)
    expect(await alice.call('POST', '/project', { name: 'old', username: 'nobody' })).toMatchObject({
      status: 404,
      reason: 'Not Found',
    })
    expect(await alice.call('GET', '/project/alice/old')).toMatchObject({
      status: 200,
      body: { path: 'alice/old', group: { username: 'alice' }, _count: { experiments: 0 }, version: 1 },
    })
  })

  it.each(['..', '.', '../../etc', 'a/b', 'a b', 'x'.repeat(101), ''])(
    'a project named %j stays in its folder',
    async (name) => {
      const { status } = await alice.call('POST', '/projects/alice', { name, visibility: 'PRIVATE' })
      expect([201, 400]).toContain(status)
      expect(existsSync(join(setting.dataDir, 'projects', 'project.json'))).toBe(false)
      expect(existsSync(join(setting.dataDir, 'project.json'))).toBe(false)
    },
  )

  it('a run that is asked for again is continued; its name stays; a request repeated on its way is new', async () => {
    const order = { name: 'first', cuid: 'mine', createdAt: '2026-11-24T00:25:25.897626Z' }
    const path = '/project/alice/cats/experiment'
    const made = await alice.call('POST', path, order)
    expect(made).toMatchObject({ status: 201, body: { slug: 'mine', name: 'first' } })
    expect(made.body.cuid).toMatch(/^[a-z0-9]{21}$/)
    expect((await alice.call('POST', path, order)).status).toBe(201)
    await log(made.body.cuid as string, 'scalar', [scalar('loss', 0, 1)])
    const again = await alice.call('POST', path, { ...order, name: 'second', createdAt: '2026-11-24T01:00:00Z' })
    expect(again).toMatchObject({ status: 200, body: { name: 'first', cuid: made.body.cuid, state: 'RUNNING' } })
    expect(again.body.flagId).not.toBe(made.body.flagId)
    expect(
      await alice.call('POST', '/project/alice/open/experiment', { name: 'x', cuid: made.body.cuid }),
    ).toMatchObject({
      status: 409,
      reason: 'Conflict',
    })
    for (const id of ['mine', made.body.cuid])
      expect((await alice.call('GET', `/project/alice/cats/runs/${id}`)).body.slug).toBe('mine')
  })

  it('what is known of a run is merged, and its end is kept until it goes on', async () => {
    const { cuid, slug } = await newRun()
    const path = `/project/alice/cats/runs/${cuid}`
    await alice.call('PUT', `${path}/profile`, { config: { lr: { value: 1, sort: 0, desc: '' } } })
    await alice.call('PUT', `${path}/profile`, { metadata: { hardware: { cpu: 8 }, git: 'x' } })
    await alice.call('PUT', `${path}/profile`, { metadata: { hardware: null, runtime: 'y' } })
    await alice.call('PUT', `${path}/state`, { state: 'CRASHED', finishedAt: '2026-11-24T02:00:00Z' })
    expect((await alice.call('GET', path)).body).toMatchObject({
      state: 'CRASHED',
      finishedAt: '2026-11-24T02:00:00.000Z',
      profile: { config: { lr: { value: 1 } }, metadata: { hardware: { cpu: 8 }, git: 'x', runtime: 'y' } },
    })
    expect(readFileSync(join(folderOf('cats', cuid), 'files/config.yaml'), 'utf8')).toContain('lr')
    await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: slug })
    expect((await alice.call('GET', path)).body).toMatchObject({ state: 'RUNNING', finishedAt: null })
    const types = [...new JournalReader(join(folderOf('cats', cuid), 'journal.jsonl'))].map(({ type }) => type)
    expect(types).toEqual(['header', 'config', 'metadata', 'metadata', 'finish', 'resume'])
  })

  it('a run that was deleted says so in the words that clients stop at, and takes data without keeping it', async () => {
    const { cuid, slug } = await newRun()
    expect((await alice.call('DELETE', `/project/alice/cats/runs/${cuid}`)).status).toBe(200)
    expect(await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: slug })).toMatchObject({
      status: 404,
      reason: 'Disabled Resource',
    })
    expect((await log(cuid, 'scalar', [scalar('a', 0, 1)])).status).toBe(200)
    expect(await alice.call('POST', `/experiment/${cuid}/columns`, [])).toMatchObject({
      status: 404,
      body: { code: 'Disabled_Resource' },
    })
  })

  it('a run whose heart has stopped is offline', async () => {
    let now = Date.now()
    const own = await setUp({ clock: () => now })
    await own.alice.call('POST', '/projects/alice', { name: 'p' })
    const { body } = await own.alice.call('POST', '/project/alice/p/experiment', { name: 'x' })
    const path = `/project/alice/p/runs/${body.cuid}`
    now += 3_600_000
    expect((await own.alice.call('GET', path)).body.state).toBe('RUNNING')
    await own.alice.call('POST', `/house/experiments/${body.cuid}/heartbeat`, { flagId: '123456' })
    expect((await own.alice.call('GET', path)).body.state).toBe('RUNNING')
    now += 21 * 60_000
    expect((await own.alice.call('GET', path)).body.state).toBe('OFFLINE')
    await own.server.close()
  })
})

describe('what runs log', () => {
  it('is there once, the last one counts, and a bad item costs itself', async () => {
    const { cuid } = await newRun()
    const batch = [
      scalar('loss', 0, 0.5),
      scalar('acc', 0, 1),
      scalar('loss', 1, 'nan'),
      scalar('loss', 2, 'INF'),
      { key: 'loss', index: -1, data: 1 },
      { key: 5, index: 1, data: 1 },
      scalar('loss', 3, 'poison'),
      scalar('__proto__', 0, 1),
      null as unknown as object,
    ]
    expect((await log(cuid, 'scalar', batch)).status).toBe(200)
    expect((await log(cuid, 'scalar', batch)).status).toBe(200)
    await log(cuid, 'scalar', [scalar('loss', 0, 0.25)])
    const columns = [{ experimentId: cuid, key: 'loss' }]
    const { body } = await alice.call('POST', '/house/metrics/scalar', {
      projectId: 'p',
      xType: 'step',
      range: [0, 0],
      columns,
    })
    const time = Date.parse('2026-11-24T00:25:26.526Z')
    expect(body).toEqual([
      {
        key: 'loss',
        metrics: [
          { index: 0, data: 0.25, timestamp: time },
          { index: 1, data: 'NaN', timestamp: time },
          { index: 2, data: 'INF', timestamp: time },
        ],
      },
    ])
    expect((await alice.call('GET', `/house/metrics/summaries/p/${cuid}?all=True`)).body).toEqual({
      scalar: [
        { key: 'loss', step: 2 },
        { key: 'acc', step: 0 },
      ],
      media: [],
    })
  })

  it('columns may come before or after, and of a project the first definition stays', async () => {
    const { cuid } = await newRun()
    await log(cuid, 'scalar', [scalar('early', 0, 1)])
    expect(
      (await alice.call('POST', `/experiment/${cuid}/columns`, [{ key: 'early', type: 'FLOAT', class: 'CUSTOM' }]))
        .status,
    ).toBe(201)
    for (const xAxis of ['train/epoch', 'other'])
      expect(
        (await alice.call('POST', '/projects/alice/cats/series', { series: [{ key: 'img', type: 'IMAGE', xAxis }] }))
          .status,
      ).toBe(200)
    const project = setting.server.storage.project('alice', 'cats')!
    expect(setting.server.storage.series(project).get('img')).toEqual({
      key: 'img',
      type: 'IMAGE',
      xAxis: 'train/epoch',
    })
    await log(cuid, 'media', [{ key: 'img', index: 0, data: ['media/image/a.png'], more: [] }])
    const { body } = await alice.call('GET', `/experiment/${cuid}/column?all=True`)
    expect(body.list.map(({ key, type }: { key: string; type: string }) => [key, type])).toEqual([
      ['early', 'FLOAT'],
      ['img', 'IMAGE'],
    ])
  })

  it('lines of the terminal, in their order', async () => {
    const { cuid } = await newRun()
    const line = (epoch: number, level: string) => ({ epoch, level, message: `line ${epoch}` })
    await log(cuid, 'log', [line(2, 'INFO'), line(3, 'ERROR'), line(1, 'WARN')])
    await log(cuid, 'log', [line(2, 'INFO')])
    const { body } = await alice.call('GET', `/house/metrics/log?projectId=p&experimentId=${cuid}&size=2&epoch=1`)
    expect(body.count).toBe(3)
    expect(body.logs.map(({ epoch, level }: { epoch: number; level: string }) => [epoch, level])).toEqual([
      [2, 'INFO'],
      [3, 'ERROR'],
    ])
    expect((await alice.call('GET', `/house/metrics/summaries/p/${cuid}`)).body.log).toEqual([{ key: 'LOG', step: 3 }])
  })

  it('numbers over it: values, summaries, tables', async () => {
    const { cuid } = await newRun()
    await log(
      cuid,
      'scalar',
      [3, 1, 4, 1, 5].map((data, at) => scalar('x', at, data)),
    )
    const columns = [{ experimentId: cuid, key: 'x', experimentName: 'swan' }]
    expect((await alice.call('POST', '/house/metrics/scalar/value', { columns, xType: 'step' })).body).toEqual([
      {
        key: 'x',
        min: { index: 1, data: 1 },
        max: { index: 4, data: 5 },
        avg: { data: 2.8 },
        median: { data: 3 },
        latest: { index: 4, data: 5 },
      },
    ])
    const asked = [{ projectId: 'p', experimentId: cuid }]
    const object = await alice.call('POST', '/house/metrics/summaries', { experiments: asked, keys: ['x'] })
    const list = await alice.call('POST', '/house/metrics/summaries', asked)
    expect(object.body).toEqual(list.body)
    expect(object.body[cuid].x).toMatchObject({ step: 4, value: 5, avg: 2.8, median: 3, minMax: [1, 5] })
    const { body: exported } = await alice.call('POST', '/house/metrics/scalar/export', { projectId: 'p', columns })
    const { body: addresses } = await alice.call('POST', '/files/presigned/get', { paths: [exported.cosKey] })
    const rows = (await (await fetch(addresses.urls[0] as string)).text()).trim().split('\n')
    expect(rows[0]).toBe('step,swan-x_step,swan-x_timestamp')
    expect(rows[5]).toBe(`4,5,${Date.parse('2026-11-24T00:25:26.526Z')}`)
    const { body: keys } = await alice.call('POST', '/house/metrics/scalar/keys', {
      experiments: asked,
      limit: 10,
      cursor: '',
    })
    expect(keys).toEqual({ keys: ['x'], hasMore: false, nextCursor: '' })
  })
})

describe('objects', () => {
  it('go where a signed address says, without a session, and come back', async () => {
    const { cuid } = await newRun()
    const paths = ['media/image/002-d6325bd2.png', 'eval%2Fimgs/image-step0-a.png']
    const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths })
    expect(body.urls).toHaveLength(2)
    for (const url of body.urls as string[])
      expect((await fetch(url, { method: 'PUT', body: 'png', headers: { 'content-type': 'image/png' } })).status).toBe(
        200,
      )
    expect(readFileSync(join(folderOf('cats', cuid), 'media/image/002-d6325bd2.png'), 'utf8')).toBe('png')
    expect(readFileSync(join(folderOf('cats', cuid), 'media/eval%2Fimgs/image-step0-a.png'), 'utf8')).toBe('png')
    const { body: back } = await alice.call('POST', '/resources/presigned/get', { prefix: `p/${cuid}`, paths })
    expect(await (await fetch(back.urls[1] as string)).text()).toBe('png')
  })

  it.each(['../../../escape.png', '/etc/escape', 'media/../../escape', 'a\0b', 'files/../journal.jsonl'])(
    'a path such as %j is answered 200, and nothing is written outside its place',
    async (path) => {
      const { cuid } = await newRun()
      const before = readFileSync(join(folderOf('cats', cuid), 'journal.jsonl'), 'utf8')
      const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths: [path] })
      const answer = await fetch(body.urls[0] as string, { method: 'PUT', body: 'evil' })
      expect(answer.status).toBe(200)
      expect(existsSync(join(setting.dataDir, '..', 'escape.png'))).toBe(false)
      expect(existsSync(join(folderOf('cats', cuid), '..', 'escape'))).toBe(false)
      expect(readFileSync(join(folderOf('cats', cuid), 'journal.jsonl'), 'utf8')).toBe(before)
    },
  )

  it('an address that was changed is answered 200 and keeps nothing: clients would come back for ever', async () => {
    const { cuid } = await newRun()
    const { body } = await alice.call('POST', '/resources/presigned/put', {
      experimentId: cuid,
      paths: ['media/image/a.png'],
    })
    const other = (body.urls[0] as string).replace('a.png', 'b.png')
    expect((await fetch(other, { method: 'PUT', body: 'evil' })).status).toBe(200)
    expect(existsSync(join(folderOf('cats', cuid), 'media/image/b.png'))).toBe(false)
  })

  it('the object store of old clients', async () => {
    const { cuid } = await newRun()
    const { body } = await alice.call('GET', `/project/alice/cats/runs/${cuid}/sts`)
    const put = (token: string) =>
      fetch(`${body.endPoint}/${body.bucket}/${body.prefix}/eval%252Fx/a.png`, {
        method: 'PUT',
        body: 'png',
        headers: { 'x-amz-security-token': token, authorization: 'AWS x:y' },
      })
    expect((await put('1.wrong')).status).toBe(200)
    expect(existsSync(join(folderOf('cats', cuid), 'media/eval%2Fx/a.png'))).toBe(false)
    const answer = await put(body.credentials.sessionToken as string)
    expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
    expect(readFileSync(join(folderOf('cats', cuid), 'media/eval%2Fx/a.png'), 'utf8')).toBe('png')
  })

  it('saved files, also in parts', async () => {
    const { cuid } = await newRun()
    const base = `/experiment/${cuid}/files`
    const file = { path: 'ck/a.txt', size: 4, md5: 'x', mimeType: 'text/plain' }
    const { body } = await alice.call('POST', `${base}/prepare`, { files: [file] })
    await fetch(body.urls[0] as string, { method: 'PUT', body: 'text', headers: { 'content-type': 'text/plain' } })
    expect(
      (await alice.call('POST', `${base}/complete`, { files: [{ path: file.path, state: 'UPLOADED' }] })).status,
    ).toBe(201)
    expect(readFileSync(join(folderOf('cats', cuid), 'files/ck/a.txt'), 'utf8')).toBe('text')
    const large = { ...file, path: 'large.bin', count: 3 }
    const { body: plan } = await alice.call('POST', `${base}/prepare-multipart`, { files: [large] })
    const { uploadId, parts } = plan.files[0] as { uploadId: string; parts: { partNumber: number; url: string }[] }
    const etags = []
    for (const { partNumber, url } of parts.toReversed()) {
      const answer = await fetch(url, { method: 'PUT', body: `part ${partNumber};` })
      etags.push({ partNumber, etag: answer.headers.get('etag')?.replaceAll('"', '') })
    }
    expect(
      (
        await alice.call('POST', `${base}/complete-multipart`, {
          files: [{ path: 'large.bin', uploadId, parts: etags }],
        })
      ).status,
    ).toBe(201)
    expect(readFileSync(join(folderOf('cats', cuid), 'files/large.bin'), 'utf8')).toBe('part 1;part 2;part 3;')
  })
})

describe('the server itself', () => {
  it('refuses to listen in the open without TLS', async () => {
    await expect(createServer({ dataDir: setting.dataDir, host: '0.0.0.0', port: 0 })).rejects.toThrow(/without TLS/)
  })

  it('keeps a folder to itself, and takes over what a killed server left', async () => {
    const again = createServer({ dataDir: setting.dataDir, port: 0 })
    await expect(again).rejects.toThrow(`Another server, process ${process.pid} on `)
    const other = mkdtempSync(join(tmpdir(), 'locked-'))
    writeFileSync(join(other, 'server.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
    const server = await createServer({ dataDir: other, port: 0 })
    await server.close()
    expect(existsSync(join(other, 'server.lock'))).toBe(false)
  })

  it('names what is wrong with a request', async () => {
    expect(await alice.call('POST', '/projects/alice', { visibility: 'PRIVATE' })).toMatchObject({
      status: 400,
      reason: 'Bad Request',
      body: { code: 'Bad_Request', message: expect.stringContaining('name') as string },
    })
    expect(await alice.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 'Not_Found' } })
  })

  it('killed after it acknowledged something, it has it: points, sessions, runs', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
    const first = await launch(dataDir)
    const client = new Client(first.url)
    await client.login(first.key)
    await client.call('POST', '/projects/alice', { name: 'cats', visibility: 'PRIVATE' })
    const { body } = await client.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: 'mine' })
    const sent: Promise<unknown>[] = []
    for (let step = 0; step < 200; step++)
      sent.push(log(body.cuid as string, 'scalar', [scalar('loss', step, step)], client))
    await Promise.all(sent)
    await log(body.cuid as string, 'log', [{ epoch: 7, level: 'INFO', message: 'seven' }], client)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = await launch(dataDir, new URL(first.url).port)
    const { body: summaries, status } = await client.call('GET', `/house/metrics/summaries/p/${body.cuid}`)
    expect(status).toBe(200)
    expect(summaries).toMatchObject({ scalar: [{ key: 'loss', step: 199 }], log: [{ step: 7 }] })
    const columns = [{ experimentId: body.cuid, key: 'loss' }]
    const { body: lines } = await client.call('POST', '/house/metrics/scalar', { columns, num: 1_500 })
    expect(lines[0].metrics).toHaveLength(200)
    expect((await client.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: 'mine' })).status).toBe(200)
    second.child.kill('SIGKILL')
    await once(second.child, 'exit')
  })
})

async function launch(dataDir: string, port = '0'): Promise<{ child: ChildProcess; url: string; key: string }> {
  const program = fileURLToPath(new URL('testing/program.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', program, dataDir, port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, ...(JSON.parse(line) as { url: string; key: string }) }
}
