import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { init, replay, sync, type Run } from 'swanlab'
import { Text } from 'swanlab/media'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FollowOrder } from '../../packages/background/src/ipc-messages.ts'
import { Outbox } from '../../packages/core/src/delivery/outbox.ts'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { recoverAbandoned } from '../../packages/background/src/recover-abandoned.ts'
import { markRunning } from '../../packages/journal/src/format/run-marker.ts'
import { TrackingServer } from '../../packages/cloud/src/testing/tracking-server.ts'
import { collectMetadata, collectRequirements } from '../../packages/core/src/runtime/metadata.ts'

const OTHER = 65_534
const isRoot = process.getuid?.() === 0
const SECRET = 'content of a private file'

let base: string
let logdir: string
/** A file that nothing may be read from or written to. */
let secret: string
let run: Run
let dir: string
let said: string[]

const report = (_level: string, message: string): void => void said.push(message)
const start = (): Promise<Run> =>
  init({ project: 'cats', mode: 'offline', logdir, settings: { background: false, report, metadataCollect: false } })

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'attack-'))
  logdir = join(base, 'swanlog')
  secret = join(base, 'secret')
  writeFileSync(secret, SECRET, { mode: 0o600 })
  said = []
  run = await start()
  dir = run.dir!
  for (let step = 0; step < 3; step++) run.log({ loss: step, note: new Text(`step ${step}`) })
  await run.finish()
})
afterEach(() => {
  expect(readFileSync(secret, 'utf8')).toBe(SECRET)
  rmSync(base, { recursive: true, force: true })
})

/** The journal as if its process had died before the end. */
function loseEnd(folder: string): void {
  const path = join(folder, 'journal.jsonl')
  const { pid } = spawnSync('true')
  const text = readFileSync(path, 'utf8')
    .replace(/\{"type":"finish".*\n/, '')
    .replaceAll(/"process":\{[^}]*\}/g, JSON.stringify({ process: { pid, host: hostname() } }).slice(1, -1))
  writeFileSync(path, text)
}

describe('sync sends only what this user has put into the run folder', () => {
  let server: TrackingServer
  beforeEach(async () => void (server = await new TrackingServer().start()))
  afterEach(() => server.stop())
  const upload = (): ReturnType<typeof sync> => sync(dir, { apiKey: 'key', host: server.url, report, timeout: 1_000 })
  const sent = (): string[] => [...server.files.values()].map(String)
  const first = (): string => join(dir, 'media', 'text', readdirSync(join(dir, 'media', 'text')).toSorted()[0]!)

  test.each(['file', 'text', 'media'])('a link in the place of %s', async (what) => {
    const file = first()
    const names = readdirSync(join(dir, 'media', 'text'))
    const elsewhere = join(base, 'elsewhere', 'text')
    mkdirSync(elsewhere, { recursive: true })
    for (const name of names) writeFileSync(join(elsewhere, name), SECRET)
    const [place, target] = {
      file: [file, secret],
      text: [join(dir, 'media', 'text'), elsewhere],
      media: [join(dir, 'media'), join(base, 'elsewhere')],
    }[what]!
    rmSync(place!, { recursive: true })
    symlinkSync(target!, place!)
    expect(await upload()).toMatchObject({ complete: false })
    expect(sent()).toHaveLength(what === 'file' ? 2 : 0)
    expect(sent()).not.toContain(SECRET)
    expect(said.join('\n')).toContain('is a symbolic link; it is left alone')
  })

  test('a path that leads out of the folder', async () => {
    const time = Date.now()
    const paths = ['media/../../../secret', `media/../${'../'.repeat(20)}etc/passwd`, secret, 'media//../../../secret']
    appendFileSync(
      join(dir, 'journal.jsonl'),
      `${JSON.stringify({ type: 'media', key: 'evil', step: 0, time, data: paths })}\n`,
    )
    expect(await upload()).toMatchObject({ complete: false })
    expect(sent()).toHaveLength(3)
    expect(JSON.stringify(sent())).not.toMatch(/private|root:/)
  })

  test('links where notes about the upload are kept are not written through', async () => {
    symlinkSync(secret, join(dir, 'refused.jsonl'))
    symlinkSync(secret, join(dir, 'upload.json'))
    server.fault = ({ path }, response) => {
      const refused = path.includes('/metrics')
      if (refused) response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"no"}')
      return refused
    }
    await upload()
    expect(server.requests.length).toBeGreaterThan(0)
  })

  test.each(['fifo', 'link', 'folder'])('a %s in the place of a journal ends at once', async (what) => {
    const path = join(dir, 'journal.jsonl')
    renameSync(path, join(base, 'journal.jsonl'))
    if (what === 'fifo') execFileSync('mkfifo', [path])
    else if (what === 'link') symlinkSync(join(base, 'journal.jsonl'), path)
    else mkdirSync(path)
    await expect(upload()).rejects.toMatchObject({ code: 'INVALID_FILE' })
    await expect(replay(dir, [], { report })).rejects.toMatchObject({ code: 'INVALID_FILE' })
    expect(await (await start()).finish()).toMatchObject({ state: 'finished' })
  })

  test.runIf(isRoot)("another user's run is refused, may be looked at, and a copy of it is one's own", async () => {
    execFileSync('chown', ['-R', `${OTHER}:${OTHER}`, dir])
    await expect(upload()).rejects.toThrow(`${dir} belongs to another user`)
    expect(await replay(dir, [], { report })).toMatchObject({ steps: 3 })
    cpSync(dir, join(base, 'copy'), { recursive: true })
    expect(await sync(join(base, 'copy'), { apiKey: 'key', host: server.url, report })).toMatchObject({
      complete: true,
    })
    expect(sent()).toHaveLength(3)
  })
})

describe("undelivered messages are sent in this user's name for own runs only", () => {
  const order = (): FollowOrder => ({
    redelivered: false,
    dir: join(logdir, 'run-mine'),
    cwd: '/',
    blockedLimit: 60_000,
    from: 0,
    callbacks: [],
    callbackTimeout: 1_000,
    training: { pid: process.pid, host: hostname() },
    heapLimit: 0,
  })
  const settle = (): Promise<void> => recoverAbandoned(order(), report, new AbortController().signal)
  const gone = (): { training: { pid: number; host: string } } => ({
    training: { pid: spawnSync('true').pid, host: hostname() },
  })

  test('an own abandoned run is ended', async () => {
    loseEnd(dir)
    markRunning(dir, gone())
    await settle()
    expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toContain('"type":"finish"')
  })

  test.each(['folder', 'journal', 'fifo'])('nothing is appended through a planted %s', async (what) => {
    loseEnd(dir)
    const victim = join(base, 'victim')
    cpSync(dir, victim, { recursive: true })
    const before = readFileSync(join(victim, 'journal.jsonl'), 'utf8')
    const planted = join(logdir, 'run-20260101_000000-planted')
    if (what === 'folder') symlinkSync(victim, planted)
    else {
      mkdirSync(planted)
      if (what === 'fifo') execFileSync('mkfifo', [join(planted, 'journal.jsonl')])
      else symlinkSync(join(victim, 'journal.jsonl'), join(planted, 'journal.jsonl'))
    }
    markRunning(planted, gone())
    await settle()
    expect(readFileSync(join(victim, 'journal.jsonl'), 'utf8')).toBe(before)
    expect(said.join('\n')).toMatch(/(?:is a symbolic link|is no regular file); it is left alone/)
  })

  test.runIf(isRoot)("another user's marks and runs are left alone", async () => {
    loseEnd(dir)
    const before = readFileSync(join(dir, 'journal.jsonl'), 'utf8')
    markRunning(dir, gone())
    chownSync(join(logdir, '.running', basename(dir)), OTHER, OTHER)
    await settle()
    expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toBe(before)
    markRunning(dir, gone())
    chownSync(dir, OTHER, OTHER)
    await settle()
    expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toBe(before)
    expect(said.join('\n')).toContain(`${dir} belongs to another user`)
  })

  test('an outbox that leads elsewhere, or holds items of another user, delivers nothing', async () => {
    const item = { key: 'k', channel: 'mail', event: 'ended', notification: { subject: 'planted' }, state: 'waiting' }
    const planted = JSON.stringify({ ...item, attempts: 0, posted: 1, nextTry: 1 })
    mkdirSync(join(base, 'planted'))
    writeFileSync(join(base, 'planted', 'a.json'), planted)
    symlinkSync(join(base, 'planted'), join(dir, 'outbox'))
    const delivered = async (): Promise<unknown[]> => {
      const taken: unknown[] = []
      const outbox = new Outbox({ store: new OutboxFiles(dir), part: '0', budget: 1_000, report })
      outbox.channel('mail', async (notification) => void taken.push(notification))
      await outbox.settled()
      return taken
    }
    expect(await delivered()).toEqual([])
    rmSync(join(dir, 'outbox'))
    cpSync(join(base, 'planted'), join(dir, 'outbox'), { recursive: true })
    if (isRoot) {
      chownSync(join(dir, 'outbox', 'a.json'), OTHER, OTHER)
      expect(await delivered()).toEqual([])
    }
    chownSync(join(dir, 'outbox', 'a.json'), process.getuid!(), process.getgid!())
    expect(await delivered()).toEqual([{ subject: 'planted' }])
  })
})

test('links at guessable names beside the files of a run are not written through', async () => {
  const next = await start()
  mkdirSync(join(next.dir!, 'files'), { recursive: true })
  for (const name of ['files/config.yaml', 'files/config.yaml.tmp', 'background.log', 'background.heard'])
    if (!existsSync(join(next.dir!, name))) symlinkSync(secret, join(next.dir!, name))
  next.config['lr'] = 1
  next.log({ loss: 1 })
  await next.finish()
  expect(readFileSync(join(next.dir!, 'files/config.yaml'), 'utf8')).toContain('lr:')
})

test('a FIFO above the working directory keeps nobody waiting', () => {
  const cwd = join(base, 'a', 'b')
  mkdirSync(cwd, { recursive: true })
  for (const path of ['a/package.json', 'a/.git', 'a/b/package.json']) execFileSync('mkfifo', [join(base, path)])
  collectRequirements(cwd)
  expect(collectMetadata({ argv: [], cwd, command: () => '' }, {})).toMatchObject({ runtime: { cwd } })
})

test('a configuration nested 200,000 deep costs its line in a replay', async () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  const path = join(dir, 'journal.jsonl')
  const [header, ...rest] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [header, `{"type":"config","time":1,"config":${deep}}`, ...rest].join('\n'))
  expect(await replay(dir, { name: 'listener', onRuntimeInfo: () => {} } as never, { report })).toMatchObject({
    state: 'finished',
    steps: 3,
  })
  expect(said.join('\n')).toContain('1 damaged line')
})
