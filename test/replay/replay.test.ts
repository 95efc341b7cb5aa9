import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { init, replay, type Callback, type ReplayOptions } from 'swanlab'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Recorder } from '../background/recorder.ts'
import { momentsIn, start, until, type RecordedMoment } from '../background/start.ts'
import { compiled } from '../compiled.ts'

const CRASHED = fileURLToPath(new URL('../fixtures/crashed-run', import.meta.url))
const PROGRAM = compiled('replay/program')

let folder: string
let logdir: string
let reports: string[]
const report = (level: string, message: string): void => void (reports = [...reports, `${level}: ${message}`])

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'))
  logdir = join(folder, 'swanlog')
  reports = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What a callback gets of a stored run. */
async function replayed(
  dir: string,
  options: ReplayOptions = {},
): Promise<{ all: RecordedMoment[]; logged: number[]; outcome: Awaited<ReturnType<typeof replay>> }> {
  const file = join(folder, `replayed-${Math.random()}`)
  const outcome = await replay(dir, new Recorder({ file }), { report, ...options })
  const all = momentsIn(file)
  return { all, outcome, logged: all.flatMap(({ moment, payload }) => (moment === 'log' ? [payload.step] : [])) }
}

/** Moments with what they said, but for who else listened. */
function told(all: readonly RecordedMoment[]): unknown[] {
  return all.map(({ moment, payload }) => [
    moment,
    ...(moment === 'init' ? [] : [moment === 'runtimeInfo' ? payload : withoutCallbacks(payload)]),
  ])
}

function withoutCallbacks(payload: Record<string, unknown>): unknown {
  const { run } = payload as { run?: object }
  return { ...payload, callbacks: 0, ...(run && { run: { ...run, callbacks: 0 } }) }
}

/** The crashed run, changed. */
function changed(change: (journal: string) => string): string {
  const dir = join(folder, 'changed')
  mkdirSync(dir)
  writeFileSync(join(dir, 'journal.jsonl'), change(readFileSync(join(CRASHED, 'journal.jsonl'), 'utf8')))
  return dir
}

const withoutFinish = (journal: string): string => journal.replace(/\{"type":"finish".*\n/, '')

/** A run of this process. */
async function record(more: object = {}): Promise<{ dir: string; id: string; file: string }> {
  const file = join(folder, 'live')
  const run = await init({
    project: 'replay',
    mode: 'offline',
    logdir,
    config: { lr: 0.1 },
    callbacks: [new Recorder({ file, live: true })],
    settings: { background: false, metadataCollect: false, requirementsCollect: false, console: 'none', report },
    ...more,
  })
  for (let i = 0; i < 5; i++) run.log({ loss: i === 3 ? Number.NaN : 1 / (i + 1), [`late/${i}`]: i })
  run.config['lr'] = 0.2
  run.alert({ title: 'look', level: 'warn' })
  run.log({ loss: 0.1 }, 100)
  await run.finish()
  reports = []
  return { dir: run.dir!, id: run.id, file }
}

test('the same moments as in the live run, in the same order', async () => {
  const { dir, file } = await record()
  const { all } = await replayed(dir)
  expect(told(all)).toEqual(told(momentsIn(file)))
  expect(all.map(({ moment }) => moment)).toContain('metric')
  expect(reports).toEqual([])
})

describe('a crashed run', () => {
  test('is replayed to its end, with the cause of it', async () => {
    const { all, outcome, logged } = await replayed(CRASHED)
    expect(logged).toEqual(Array.from({ length: 60 }, (_, step) => step))
    expect(all.map(({ moment }) => moment).slice(-2)).toEqual(['error', 'finish'])
    expect(all.filter(({ moment }) => moment === 'alert')).toHaveLength(1)
    expect(outcome).toMatchObject({
      state: 'crashed',
      cause: { type: 'killed', evidence: ['exit status: SIGKILL'] },
      duration: 90,
      steps: 60,
      run: { dir: CRASHED, project: 'iris', config: { learningRate: 0.01 } },
    })
    expect(outcome.summary['train/loss']).toMatchObject({ count: 60, max: 1.1, lastStep: 59 })
    expect(reports).toEqual([])
  })

  test('is left as it was', async () => {
    const copy = join(folder, 'copy')
    cpSync(CRASHED, copy, { recursive: true })
    await replayed(copy)
    expect(readFileSync(join(copy, 'journal.jsonl'))).toEqual(readFileSync(join(CRASHED, 'journal.jsonl')))
  })

  test('holds nothing of the machine that it died on', () => {
    expect(readFileSync(join(CRASHED, 'journal.jsonl'), 'utf8')).not.toMatch(
      /\/tmp\/|\/root|\/work|"host":"(?!node-7")/,
    )
  })
})

describe('a lost run', () => {
  test.each([
    ['of another machine', (journal: string) => journal],
    ['of this one', (journal: string) => journal.replace('"host":"node-7"', `"host":${JSON.stringify(hostname())}`)],
  ])('%s ends with its last record', async (_, change) => {
    const { all, outcome } = await replayed(changed((journal) => change(withoutFinish(journal))))
    expect(all.map(({ moment }) => moment).slice(-2)).toEqual(['error', 'finish'])
    expect(outcome).toMatchObject({ state: 'crashed', cause: { type: 'lost' }, duration: 90, steps: 60 })
  })

  test('torn in its last line loses that line, and says so', async () => {
    const { outcome } = await replayed(changed((journal) => withoutFinish(journal).trimEnd().slice(0, -20)))
    expect(outcome).toMatchObject({ cause: { type: 'lost' }, steps: 59 })
    expect(reports).toEqual([expect.stringMatching(/^warn: 1 damaged line/)])
  })
})

test('a resumed run starts once and ends once, with the steps of all its parts', async () => {
  const first = await record()
  await record({ id: first.id, resume: 'must', callbacks: [] })
  const { all, outcome, logged } = await replayed(first.dir)
  const count = (wanted: string): number => all.filter(({ moment }) => moment === wanted).length
  expect([count('init'), count('run'), count('finish'), count('error')]).toEqual([1, 1, 1, 0])
  expect(logged).toEqual([0, 1, 2, 3, 4, 100, 101, 102, 103, 104, 105])
  expect(outcome).toMatchObject({ state: 'finished', steps: 11, lastStep: 105, run: { resumed: true } })
})

describe('speed', () => {
  test.each([
    [0.3, 300, 10_000],
    [1, 90, 10_000],
    [1e9, 0, 10_000],
  ])('%d: as many times faster than it was recorded', async (speed, least, most) => {
    const begin = performance.now()
    const { logged } = await replayed(CRASHED, { speed })
    const took = performance.now() - begin
    expect(logged).toHaveLength(60)
    expect(took).toBeGreaterThanOrEqual(least - 2)
    expect(took).toBeLessThan(most)
  })
})

describe('from', () => {
  test('rows and alerts of earlier steps count in summaries only', async () => {
    const { all, logged, outcome } = await replayed(CRASHED, { from: 42 })
    expect(logged).toEqual(Array.from({ length: 18 }, (_, i) => i + 42))
    expect(all.filter(({ moment }) => moment === 'alert')).toEqual([])
    expect(outcome.summary['train/loss']).toMatchObject({ count: 60, max: 1.1 })
    const metric = all.find(({ moment }) => moment === 'metric')!
    expect(metric.payload).toMatchObject({ step: 42, summary: { count: 43 } })
  })

  test('an alert of that very step is replayed', async () => {
    const { all } = await replayed(CRASHED, { from: 41 })
    expect(all.filter(({ moment }) => moment === 'alert')).toHaveLength(1)
  })

  test('beyond the last step only start and end are replayed', async () => {
    const { logged, outcome } = await replayed(CRASHED, { from: 1_000 })
    expect(logged).toEqual([])
    expect(outcome).toMatchObject({ steps: 60, state: 'crashed' })
  })
})

describe('a run that is being recorded is followed until it ends', () => {
  test('by itself', async () => {
    const file = join(folder, 'live')
    const { ready, ended } = await start({ how: 'slowly', logdir, file }, [PROGRAM])
    const { all, outcome } = await replayed(ready.dir)
    expect(await ended).toBe(0)
    expect(outcome).toMatchObject({ state: 'finished', steps: 60 })
    expect(told(all)).toEqual(told(momentsIn(file)))
  })

  test('by death, as lost when nobody is left to explain it', async () => {
    const { child, ready, ended } = await start({ how: 'slowly', logdir, file: join(folder, 'live') }, [PROGRAM])
    const replaying = replayed(ready.dir)
    setTimeout(() => child.kill('SIGKILL'), 300)
    expect(await ended).toBe('SIGKILL')
    expect((await replaying).outcome).toMatchObject({ state: 'crashed', cause: { type: 'lost' } })
  })

  test('by death, as its background process explains it', async () => {
    const order = { how: 'slowly', logdir, file: join(folder, 'resident'), background: true }
    const { child, ready, ended } = await start(order, [PROGRAM])
    const replaying = replayed(ready.dir)
    setTimeout(() => child.kill('SIGKILL'), 300)
    expect(await ended).toBe('SIGKILL')
    // Its exit watcher may come too late on a busy machine; then it says so, and not that nobody has seen anything.
    expect((await replaying).outcome).toMatchObject({
      state: 'crashed',
      cause: { type: expect.stringMatching(/^(killed|lost-contact)$/) as string },
    })
    await until('its callbacks got it, too', () => momentsIn(order.file).some(({ moment }) => moment === 'finish'))
  })
})

describe('what cannot be replayed', () => {
  test.each<[string, () => string, ReplayOptions, string, RegExp]>([
    ['no folder', () => join(folder, 'nowhere'), {}, 'INVALID_FILE', /There is no run in .*: there is no such folder/],
    ['an empty journal', () => changed(() => ''), {}, 'INVALID_FILE', /holds no run/],
    ['no beginning', () => changed((text) => text.replace(/^.*\n/, '')), {}, 'INVALID_FILE', /holds no run/],
    [
      'a later version',
      () => changed((text) => text.replace('"format":1', '"format":2')),
      {},
      'INVALID_FILE',
      /later version/,
    ],
    ['speed 0', () => CRASHED, { speed: 0 }, 'INVALID_OPTION', /speed: takes a number above 0, but got 0/],
    ['speed NaN', () => CRASHED, { speed: Number.NaN }, 'INVALID_OPTION', /but got NaN/],
    ['from -1', () => CRASHED, { from: -1 }, 'INVALID_OPTION', /from: takes a step/],
    ['an unknown option', () => CRASHED, { sped: 2 } as ReplayOptions, 'INVALID_OPTION', /did you mean "speed"\?/],
  ])('%s', async (_, dir, options, code, message) => {
    await expect(replayed(dir(), options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test.each([{}, null, [null]])('with %j, which is no callback', async (given) => {
    await expect(replay(CRASHED, given as Callback)).rejects.toMatchObject({ code: 'INVALID_CALLBACK' })
  })
})

test('a callback that throws costs the others nothing, and is reported by name', async () => {
  const broken: Callback = {
    name: 'broken',
    onStop: () => {
      throw new Error('no')
    },
  }
  let ends = 0
  await replay(CRASHED, [broken, { name: 'other', onStop: () => void ends++ }], { report })
  expect(ends).toBe(1)
  expect(reports.join()).toContain('broken')
})
