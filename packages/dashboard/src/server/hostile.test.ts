import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunList } from '../protocol/runs.ts'
import { finished } from '../testing/journals.ts'
import { Watched, writeRun } from '../testing/watched.ts'
import { watchRuns } from './watch.ts'

const SECRET = 'content of a private file'
const isWindows = process.platform === 'win32'

let base: string
let logdir: string
let page: Watched
const reported: string[] = []

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'swanlab-hostile-')))
  logdir = join(base, 'swanlog')
  writeFileSync(join(base, 'secret'), SECRET)
  const dir = writeRun(logdir, 'run-a', finished(3))
  mkdirSync(join(dir, 'media', 'folder'), { recursive: true })
  writeFileSync(join(dir, 'media', 'good.txt'), 'good')
  writeFileSync(join(dir, 'secret'), SECRET)
  page = new Watched(
    await watchRuns({
      folders: [logdir, join(base, 'loop'), join(base, 'fifo')],
      port: 0,
      cache: false,
      report: (message) => reported.push(message),
    }),
  )
})
afterAll(async () => {
  await page.watcher.close()
  rmSync(base, { recursive: true, force: true })
})

const file = (path: string): ReturnType<Watched['api']> => page.api(`/runs/run-a/file?path=${encodeURIComponent(path)}`)

test.skipIf(isWindows)('links in a logdir, FIFOs and files are no runs, and a logdir that is one says so', async () => {
  const elsewhere = writeRun(base, 'run-elsewhere', finished(1))
  const links = { 'run-out': elsewhere, 'run-up': logdir, 'run-loop': join(logdir, 'run-loop'), 'run-none': '/nowhere' }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(logdir, name))
  execFileSync('mkfifo', [join(logdir, 'run-fifo'), join(base, 'fifo')])
  writeFileSync(join(logdir, 'run-file'), finished(1))
  const journals = {
    link: (path: string) => symlinkSync(join(elsewhere, 'journal.jsonl'), path),
    fifo: (path: string) => execFileSync('mkfifo', [path]),
    device: (path: string) => symlinkSync('/dev/zero', path),
    loop: (path: string) => symlinkSync(path, path),
  }
  for (const [name, make] of Object.entries(journals)) {
    mkdirSync(join(logdir, `run-journal-${name}`))
    make(join(logdir, `run-journal-${name}`, 'journal.jsonl'))
  }
  symlinkSync(join(base, 'loop'), join(base, 'loop'))
  const { runs, problems } = await page.json<RunList>('/runs')
  expect(runs.map(({ key }) => key)).toEqual(['run-a'])
  expect(problems).toEqual([
    { folder: join(base, 'loop'), reason: 'it is a link that leads to itself' },
    { folder: join(base, 'fifo'), reason: 'it is a file, not a folder' },
  ])
  for (const key of [...Object.keys(links), 'run-fifo', 'run-journal-link', 'run-journal-fifo', 'run-elsewhere'])
    for (const path of ['', '/points?key=train/loss', '/file?path=media/good.txt'])
      expect((await page.api(`/runs/${key}${path}`)).status).toBe(404)
})

test.skipIf(isWindows)('media that are links, FIFOs, devices or folders are not there', async () => {
  const media = join(logdir, 'run-a', 'media')
  symlinkSync(join(base, 'secret'), join(media, 'link.png'))
  symlinkSync(base, join(media, 'out'))
  symlinkSync(join(media, 'loop'), join(media, 'loop'))
  symlinkSync('/dev/zero', join(media, 'zero'))
  execFileSync('mkfifo', [join(media, 'fifo')])
  expect(await file('media/good.txt')).toMatchObject({ status: 200, body: Buffer.from('good') })
  for (const path of ['link.png', 'out/secret', 'loop', 'zero', 'fifo', 'folder', 'none', ''])
    expect([path, (await file(`media/${path}`)).status]).toEqual([path, 404])
})

test.each([
  ...['secret', 'journal.jsonl', 'media', 'media/../secret', 'media/..', 'media//../secret', 'media/./../secret'],
  ...['media/../../../secret', '/etc/passwd', 'media/%2e%2e/secret', 'media/..%2fsecret', 'media\\..\\secret'],
  ...[
    'media/good.txt\0.png',
    'media/good.txt/',
    'media//good.txt',
    'MEDIA/good.txt',
    `media/${'../'.repeat(200)}secret`,
  ],
])('no file is found by the path %j', async (path) => {
  const { status, body } = await file(path)
  expect(status).toBe(404)
  expect(body.toString()).not.toContain(SECRET)
})

test.each([
  ...['/..%2f', '/..%2f..%2fetc%2fpasswd', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/.'],
  ...['/assets/..%2findex.html', '/assets/../../package.json', '/assets/%2e%2e%2f%2e%2e%2fpackage.json', '/assets/'],
  ...['/runs/..%2f..%2fsecret', '/@..%2f', '/%', '/%00', '/%c0%ae%c0%ae/', '/\\..\\..\\etc', '/open/..%2f', '/open/'],
])('the address %j leads to the page, or nowhere', async (path) => {
  const { status, headers, body } = await page.ask(path, { token: false })
  expect([200, 400, 404, 503]).toContain(status)
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
  if (status === 200) expect(body.toString()).toContain('<title>SwanLab</title>')
  expect(body.toString()).not.toMatch(/root:|devDependencies/)
})

test.each([
  ...['/runs/..%2fsecret', '/runs/%2e%2e', '/runs/run-a%2f..%2frun-a', '/runs/run-a%00', '/runs/constructor'],
  ...['/..%2f..%2fsecret', '/runs/%', '/runs/run-a/..%2f..%2fsecret', '/runs//file'],
])('the question %j has no answer', async (path) => {
  const { status, body } = await page.api(path)
  expect([400, 404, 414]).toContain(status)
  expect(JSON.parse(body.toString())).toEqual({ message: expect.stringMatching(/\.$/) })
})

test('an address without end is told so without being repeated', async () => {
  for (const path of [`/runs/${'a'.repeat(5_000)}`, `/nothing/${'a'.repeat(5_000)}`]) {
    const { status, body } = await page.api(path)
    expect([400, 404, 414]).toContain(status)
    expect(body.length).toBeLessThan(100)
    expect(JSON.parse(body.toString())).toEqual({ message: expect.stringMatching(/\.$/) })
  }
})

test('headers that nobody sends are refused, and what was asked is not done', async () => {
  for (const headers of [{ 'content-length': '-1' }, { 'transfer-encoding': 'x' }, { 'x-large': 'x'.repeat(70_000) }]) {
    const asked = page.api('/runs', { headers }).then(
      ({ status }) => status,
      () => 'cut',
    )
    expect([400, 431, 'cut']).toContain(await asked)
  }
  const { status } = await page.ask('/api/dashboard/runs', { method: 'TRACE' }).catch(() => ({ status: 404 }))
  expect([400, 404, 405]).toContain(status)
  expect((await page.api('/runs', { method: 'OPTIONS', headers: { origin: 'http://127.0.0.1:1' } })).status).toBe(403)
  for (const header of ['access-control-allow-origin', 'set-cookie', 'server', 'x-powered-by'])
    expect((await page.api('/runs')).headers[header]).toBeUndefined()
})

test('whoever goes away in the middle of an answer is no error', async () => {
  writeRun(logdir, 'run-long', finished(60_000))
  const socket = connect(page.port, '127.0.0.1')
  socket.write(
    `GET /api/dashboard/runs/run-long/points?key=train/loss HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${page.token}\r\n\r\n`,
  )
  await once(socket, 'data')
  socket.destroy()
  expect((await page.api('/runs/run-a')).status).toBe(200)
  expect(reported).toEqual([])
})

test('nothing in a run folder has been touched', () => {
  const dir = join(logdir, 'run-a')
  const { mtimeMs } = statSync(join(dir, 'journal.jsonl'))
  expect(statSync(join(dir, 'secret')).mtimeMs - mtimeMs).toBeLessThan(60_000)
})
