import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Run, RunInfo } from '@swanlab/core'
import { Text } from '@swanlab/core/media'
import { init, useOffline, type Options } from './testing/offline.ts'
import { makeRunFolder } from './make-folder.ts'
import { shownPath } from './messages.ts'

const offline = useOffline()
const START = new Date(2024, 1, 3, 4, 5, 6).getTime()
const ID = 'abcdefghijklmnopqrstu'

/** Starts a run and keeps all messages. */
async function start(more: Options = {}, messages: string[] = []): Promise<Run> {
  const { settings, ...options } = offline.options()
  const report = (level: string, message: string): void => void messages.push(`${level}: ${message}`)
  return init({ ...options, ...more, settings: { ...settings, report, ...more.settings } })
}

describe('the run folder', () => {
  test('is named after the time and the id', async () => {
    const run = await start({ settings: { clock: () => START } })
    expect(run.dir).toBe(join(offline.logdir, `run-20240203_040506-${run.id}`))
  })

  test('of the same second and id gets the next number, at once', () => {
    const order = { logdir: offline.logdir, id: ID, startTime: START } as RunInfo
    const names = Array.from({ length: 100 }, () => basename(makeRunFolder(order, offline.logdir)))
    const first = `run-20240203_040506-${ID}`
    expect(names).toEqual(names.map((_, n) => (n === 0 ? first : `${first}.${n}`)))
    expect(() => makeRunFolder(order, offline.logdir)).toThrow(expect.objectContaining({ code: 'LOGDIR_UNUSABLE' }))
    expect(readdirSync(offline.logdir).filter((name) => name !== '.gitignore')).toHaveLength(100)
  })

  test('in a new logdir is kept out of version control, and in an old one as its owner wants it', async () => {
    const logdir = join(offline.logdir, 'new/inside')
    await (await start({ logdir })).finish()
    expect(readFileSync(join(logdir, '.gitignore'), 'utf8')).toBe('*\n')
    rmSync(join(logdir, '.gitignore'))
    await (await start({ logdir })).finish()
    expect(existsSync(join(logdir, '.gitignore'))).toBe(false)
  })

  test('holds what people and tools look for, in the layout of SwanLab', async () => {
    const settings = { metadataCollect: true, requirementsCollect: true }
    const run = await start({ config: { lr: 0.1, model: { depth: 3 } }, settings })
    run.config['epochs'] = 5
    await run.finish()
    const files = join(run.dir!, 'files')
    expect(readdirSync(files).toSorted()).toEqual(['config.yaml', 'requirements.txt', 'swanlab-metadata.json'])
    expect(parse(readFileSync(join(files, 'config.yaml'), 'utf8'))).toEqual({
      epochs: { desc: '', sort: 2, value: 5 },
      lr: { desc: '', sort: 0, value: 0.1 },
      model: { desc: '', sort: 1, value: { depth: 3 } },
    })
    const metadata = JSON.parse(readFileSync(join(files, 'swanlab-metadata.json'), 'utf8')) as object
    expect(metadata).toMatchObject({ runtime: { pid: process.pid }, swanlab: { run_dir: run.dir } })
    expect(readFileSync(join(files, 'requirements.txt'), 'utf8')).toMatch(/^vitest@\d/m)
    const records = offline.journal(run)
    expect(records.find(({ type }) => type === 'metadata')).toMatchObject({ metadata })
    expect(records.map(({ type }) => type)).toEqual([
      ...['header', 'config', 'metadata', 'requirements', 'config', 'finish'],
    ])
    expect(records[0]).not.toHaveProperty('run.dir')
  })
})

test('runs are named after their number in their project', async () => {
  const names: string[] = []
  for (const project of ['cats', 'cats', 'dogs', 'cats']) {
    // A header is as long as the configuration in it.
    const run = await start({ project, config: { text: 'x'.repeat(100_000) } })
    names.push(run.experimentName)
    await run.finish()
  }
  mkdirSync(join(offline.logdir, 'run-20240101_000000-broken'))
  mkdirSync(join(offline.logdir, 'something else'))
  names.push((await start({ project: 'cats' })).experimentName)
  expect(names).toEqual(['swan-1', 'rat-2', 'swan-1', 'ox-3', 'tiger-4'])
})

test('says where it records, what to do next, and how it ended', async () => {
  const messages: string[] = []
  let now = START
  const run = await start({ experimentName: 'first', settings: { clock: () => now } }, messages)
  run.log({ loss: 1 })
  now += 2_150
  await run.finish({ error: new TypeError('no\ncats') })
  const dir = shownPath(run.dir!)
  expect(messages).toEqual([
    `info: Tracking run first of project test in ${dir}`,
    `info: What to do next with ${dir}`,
    'info: Run first crashed after 2.1 s: 1 step. TypeError: no cats',
  ])
})

describe('a logdir that cannot be used is refused, and nothing is left behind', () => {
  const refusal = { name: 'SwanLabError', code: 'LOGDIR_UNUSABLE' }

  test('a file in its place', async () => {
    const logdir = join(offline.logdir, 'file')
    writeFileSync(logdir, 'mine')
    await expect(start({ logdir })).rejects.toMatchObject(refusal)
    await expect(start({ logdir: join(logdir, 'below') })).rejects.toMatchObject(refusal)
    expect(readFileSync(logdir, 'utf8')).toBe('mine')
    expect(offline.names()).toEqual(['file'])
  })

  test.runIf(process.platform === 'linux')('a file system that takes no folders', async () => {
    await expect(start({ logdir: '/proc/swanlog' })).rejects.toMatchObject(refusal)
  })

  test.skipIf(process.getuid?.() === 0)('a read-only folder', async () => {
    const logdir = join(offline.logdir, 'read-only')
    mkdirSync(logdir, { mode: 0o500 })
    await expect(start({ logdir })).rejects.toMatchObject(refusal)
    expect(readdirSync(logdir)).toEqual([])
  })

  test('and the next run is as good as any', async () => {
    await expect(start({ logdir: '/dev/null/swanlog' })).rejects.toMatchObject(refusal)
    const run = await start()
    run.log({ loss: 1 })
    expect((await run.finish()).losses).toEqual({})
  })
})

test('a run folder that is deleted during the run costs one warning, stays deleted, and is counted', async () => {
  const messages: string[] = []
  let now = START
  const run = await start({ settings: { clock: () => now } }, messages)
  run.log({ loss: 1 })
  rmSync(run.dir!, { recursive: true })
  run.log({ loss: 1 })
  run.config['lr'] = 1
  now += 1_000
  for (let step = 0; step < 10; step++) run.log({ loss: 1 })
  const { losses, steps } = await run.finish()
  // Header, column, 12 logs, config, finish.
  expect([losses.records, steps]).toEqual([16, 12])
  expect(messages.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringContaining('The run folder has been deleted'),
    'warn: 16 records could not be written.',
  ])
  expect(existsSync(run.dir!)).toBe(false)
})

test('a file in the way of the copies costs one message and nothing else', async () => {
  const messages: string[] = []
  const run = await start({}, messages)
  writeFileSync(join(run.dir!, 'files'), '')
  for (let step = 0; step < 3; step++) {
    run.config['lr'] = step
    run.log({ loss: 1 })
  }
  expect((await run.finish()).losses).toEqual({})
  expect(messages.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringMatching(/files\/config\.yaml cannot/),
  ])
})

test('what callbacks log while they are notified of the end is recorded, however lines are held back', async () => {
  for (const durability of ['write', 'buffered', 'sync'] as const) {
    const late = { name: 'late', onStop: () => run.log({ late: 1 }) }
    const run = await start({ callbacks: [late], settings: { durability } })
    await run.finish()
    expect(offline.journal(run, 'log')).toMatchObject([{ data: { late: 1 } }])
  }
})

test.runIf(process.getuid)('everything in a run folder is for its owner alone', async () => {
  const run = await start({ config: { lr: 1 } })
  run.log({ note: new Text('hello') })
  await run.finish()
  const names = readdirSync(run.dir!, { recursive: true }) as string[]
  const modes = ['', ...names].map((name) => {
    const stat = statSync(join(run.dir!, name))
    return [name, stat.isDirectory(), (stat.mode & 0o777).toString(8)]
  })
  expect(names).toEqual(expect.arrayContaining(['journal.jsonl', 'files/config.yaml', 'media/text']))
  expect(modes).toEqual(modes.map(([name, isFolder]) => [name, isFolder, isFolder ? '700' : '600']))
})
