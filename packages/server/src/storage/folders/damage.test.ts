import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type TrackingServer } from '../../server.ts'
import { Client, setUp } from '../../testing/client.ts'
import { folderOf, log, newRun, scalar, type NewRun } from '../../testing/runs.ts'
import { checkFolder } from './check.ts'

let open: TrackingServer | undefined
let dataDir = ''

afterEach(async () => {
  await open?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

interface Folder {
  readonly alice: Client
  readonly run: NewRun
  readonly other: NewRun
  /** The folder of the first run, and of its project. */
  readonly dir: string
  readonly home: string
}

/** A folder with a public project and two runs in it, and another project with one. The server is closed. */
async function filled(): Promise<Folder> {
  const setting = await setUp()
  const { alice } = setting
  dataDir = setting.dataDir
  await alice.call('POST', '/projects/alice', { name: 'cats', visibility: 'PUBLIC' })
  await alice.call('POST', '/projects/alice', { name: 'dogs' })
  const run = await newRun(alice, 'cats')
  await log(alice, run.cuid, 'scalar', [scalar('loss', 0, 1)])
  const other = await newRun(alice, 'dogs')
  await setting.server.close()
  return { alice, run, other, dir: folderOf(setting, 'cats', run.cuid), home: join(dataDir, 'projects/alice/cats') }
}

/** The next server of the folder, with the session that the client has. */
async function reopen({ sid }: Client): Promise<{ alice: Client; reports: string[] }> {
  const reports: string[] = []
  const report = (level: string, message: string): void => void reports.push(`${level}: ${message}`)
  open = await createServer({ dataDir, port: 0, report, limits: { laterDelay: 0 } })
  const alice = new Client(open.url)
  alice.sid = sid
  return { alice, reports }
}

const rows = [scalar('loss', 1, 2)]
const begin = (alice: Client, project: string, cuid: string) =>
  alice.call('POST', `/project/alice/${project}/experiment`, { name: 'x', cuid })

describe('a run whose journal', () => {
  it.each([
    ['is empty', (journal: string) => truncateSync(journal)],
    ['is gone', (journal: string) => rmSync(journal)],
    [
      'does not begin with a header',
      (journal: string) => writeFileSync(journal, readFileSync(journal, 'utf8').replace(/^[^\n]*\n/, '')),
    ],
    ['is no regular file', (journal: string) => (rmSync(journal), mkdirSync(journal))],
    ['cannot be read (ELOOP)', (journal: string) => (rmSync(journal), symlinkSync(journal, journal))],
  ])('%s is named, its rows are asked for later, and everything else goes on', async (problem, damage) => {
    const { alice: before, run, other, dir } = await filled()
    const journal = join(dir, 'journal.jsonl')
    damage(journal)
    const { damages } = await checkFolder(dataDir)
    expect(damages).toMatchObject([{ path: journal, problem, remedy: expect.stringContaining('backup') as string }])
    const { alice, reports } = await reopen(before)
    expect(reports).toEqual([expect.stringMatching(`error: ${journal} ${problem.replaceAll(/[()]/g, '\\$&')}: `)])
    expect(await log(alice, run.cuid, 'scalar', rows)).toMatchObject({ status: 507, body: { code: 'Try_Later' } })
    for (const id of [run.slug, run.cuid]) expect((await begin(alice, 'cats', id)).status).toBe(507)
    expect((await alice.call('POST', `/experiment/${run.cuid}/columns`, [])).status).toBe(507)
    expect((await begin(alice, 'cats', 'new')).status).toBe(201)
    expect((await log(alice, other.cuid, 'scalar', rows)).status).toBe(200)
    expect(reports.join('\n')).toContain(
      `/house/metrics: the server cannot read this; it has told its keeper why: ${journal} `,
    )
    expect(readdirSync(join(dataDir, 'projects/alice/cats'))).toHaveLength(3)
  })

  it('vanishes under a running server takes nothing that it does not keep', async () => {
    const { alice: before, run, dir } = await filled()
    const { alice, reports } = await reopen(before)
    expect((await log(alice, run.cuid, 'scalar', rows)).status).toBe(200)
    rmSync(join(dir, 'journal.jsonl'))
    for (let time = 0; time < 2; time++) expect((await log(alice, run.cuid, 'scalar', rows)).status).toBe(507)
    expect(reports.every((message) => message.includes(dir))).toBe(true)
    expect(existsSync(join(dir, 'journal.jsonl'))).toBe(false)
  })

  it('is there twice is used once, and both folders are named', async () => {
    const { alice: before, run, dir, home } = await filled()
    const copy = join(home, `run-29990101_000000-${run.cuid}`)
    mkdirSync(copy)
    writeFileSync(join(copy, 'journal.jsonl'), readFileSync(join(dir, 'journal.jsonl')))
    const same = { path: copy, problem: `is the same run as ${dir}, which is used` }
    expect((await checkFolder(dataDir)).damages).toMatchObject([same])
    const { alice, reports } = await reopen(before)
    expect(reports).toEqual([expect.stringContaining(`${copy} is the same run as ${dir}`)])
    expect((await log(alice, run.cuid, 'scalar', rows)).status).toBe(200)
    expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toContain('"step":1')
  })
})

describe('a project whose file', () => {
  it.each([
    ['is no regular file', (file: string) => mkdirSync(file)],
    ['is no regular file', (file: string) => void execFileSync('mkfifo', [file])],
    ['cannot be read (ELOOP)', (file: string) => symlinkSync(file, file)],
    ['is not whole', (file: string) => writeFileSync(file, '{"project":{"cuid"')],
    ['does not describe a project', (file: string) => writeFileSync(file, '{"project":{"cuid":"a"}}')],
  ])('%s is not written over, and is itself again when the file is back', async (problem, damage) => {
    const { alice: before, run, other, home } = await filled()
    const file = join(home, 'project.json')
    renameSync(file, `${file}.aside`)
    damage(file)
    expect((await checkFolder(dataDir)).damages).toMatchObject([{ path: file, problem }])
    const { alice, reports } = await reopen(before)
    expect(reports).toEqual([expect.stringContaining(`error: ${file} ${problem}: `)])
    const answers = await Promise.all([
      alice.call('GET', '/project/alice/cats'),
      alice.call('POST', '/projects/alice', { name: 'cats', visibility: 'PRIVATE' }),
      log(alice, run.cuid, 'scalar', rows),
      begin(alice, 'cats', 'new'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([507, 507, 507, 507])
    expect((await log(alice, other.cuid, 'scalar', rows)).status).toBe(200)
    await open!.close()
    expect(lstatSync(file, { throwIfNoEntry: false })?.isFile()).toBe(
      problem.includes('whole') || problem.includes('describe'),
    )
    rmSync(file, { recursive: true })
    renameSync(`${file}.aside`, file)
    const { alice: after } = await reopen(before)
    expect((await after.call('GET', '/project/alice/cats')).body.visibility).toBe('PUBLIC')
    expect((await log(after, run.cuid, 'scalar', rows)).status).toBe(200)
  })

  it('is on a disk that is not there is asked for later, with every run that may be on it', async () => {
    const { alice: before, run, other, home } = await filled()
    renameSync(home, `${dataDir}/elsewhere`)
    symlinkSync(`${dataDir}/not-mounted`, home)
    const { alice, reports } = await reopen(before)
    expect(reports).toEqual([expect.stringContaining(`error: ${home} cannot be read (ENOENT): `)])
    expect((await log(alice, run.cuid, 'scalar', rows)).status).toBe(507)
    expect((await alice.call('POST', '/projects/alice', { name: 'cats' })).status).toBe(507)
    expect((await log(alice, other.cuid, 'scalar', rows)).status).toBe(200)
  })
})

it.each(['users.json', 'sessions.json', 'secret'])(
  'without its %s the server does not start, because clients would be refused for good; it says which file it is',
  async (name) => {
    await filled()
    const path = join(dataDir, name)
    rmSync(path)
    mkdirSync(path)
    await expect(createServer({ dataDir, port: 0 })).rejects.toThrow(`${path} `)
    expect((await checkFolder(dataDir)).damages).toMatchObject([{ path }])
  },
)

it.each([
  ['users.json', '[null]', 'does not list users'],
  ['users.json', '[{"name":"alice","createdAt":1,"keys":[null]}]', 'does not list users'],
  ['users.json', '[{"name":"alice","createdAt":1,"keys":null}]', 'does not list users'],
  ['sessions.json', '[null]', 'does not list sessions'],
  ['sessions.json', '[["digest",null]]', 'does not list sessions'],
])('a %s that holds %s stops the start, is named, and stays as it is', async (name, content, problem) => {
  await filled()
  const path = join(dataDir, name)
  writeFileSync(path, content)
  await expect(createServer({ dataDir, port: 0 })).rejects.toThrow(`${path} ${problem}: `)
  expect((await checkFolder(dataDir)).damages).toMatchObject([{ path, problem }])
  expect(readFileSync(path, 'utf8')).toBe(content)
})

it.each([
  ['series', '[null]'],
  ['deleted', '[null]'],
  ['createdAt', '"yesterday"'],
])('a project whose %s is %s is named, and stays as it is', async (member, value) => {
  const { home } = await filled()
  const path = join(home, 'project.json')
  const content = readFileSync(path, 'utf8').replace(
    new RegExp(`"${member}": (?:\\[[^\\]]*\\]|\\d+)`),
    `"${member}": ${value}`,
  )
  expect(content).toContain(`"${member}": ${value}`)
  writeFileSync(path, content)
  const reports: string[] = []
  open = await createServer({ dataDir, port: 0, report: (_level, message) => void reports.push(message) })
  expect(reports.join()).toContain(`${path} does not describe a project: `)
  expect((await checkFolder(dataDir)).damages).toMatchObject([{ path }])
  expect(readFileSync(path, 'utf8')).toBe(content)
})

it('users that are gone while their sessions are there are lost, not new', async () => {
  await filled()
  rmSync(join(dataDir, 'users.json'))
  const gone = `${join(dataDir, 'users.json')} is gone: `
  await expect(createServer({ dataDir, port: 0 })).rejects.toThrow(gone)
  rmSync(join(dataDir, 'sessions.json'))
  open = await createServer({ dataDir, port: 0 })
  expect(open.storage.users()).toEqual([])
})

it('what a killed server left of a run that it was making is removed, and no damage is reported', async () => {
  const { alice, dir, home } = await filled()
  const making = join(home, `run-20260101_000000-${'q'.repeat(21)}.tmp`)
  mkdirSync(making)
  const { reports } = await reopen(alice)
  expect(reports).toEqual([])
  expect([existsSync(making), existsSync(dir)]).toEqual([false, true])
})

it('a folder in which nothing is wrong is reported as sound, and lines that hold no record are a note', async () => {
  const { dir } = await filled()
  expect(await checkFolder(dataDir)).toEqual({ projects: 2, runs: 2, damages: [], notes: [] })
  const journal = join(dir, 'journal.jsonl')
  writeFileSync(journal, `${readFileSync(journal, 'utf8')}half a li\n`)
  expect(await checkFolder(dataDir)).toMatchObject({
    damages: [],
    notes: [{ path: journal, problem: 'has 1 line that holds no record' }],
  })
})
