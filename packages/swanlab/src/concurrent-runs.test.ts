import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { getRun, init, log, withRun, type InitOptions, type Run } from './index.ts'

const RUNS = 200
const STEPS = 10

let logdir = ''
let reports: string[] = []

beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-concurrent-'))
  reports = []
})
afterEach(() => rmSync(logdir, { recursive: true, force: true }))

interface Held {
  readonly heap: number
  readonly held: object
}

/** @returns what the process held after the first runs and after the others, and what it printed on standard error. */
async function recordConcurrently(mode: string, runs: number): Promise<{ held: [Held, Held]; stderr: string }> {
  const program = fileURLToPath(new URL('./testing/concurrent-runs.ts', import.meta.url))
  const args = ['--expose-gc', '--conditions=source', '--import', 'tsx', program, logdir, mode, String(runs)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  return { held: JSON.parse(stdout.trim().split('\n').at(-1)!) as [Held, Held], stderr }
}

function journals(): Record<string, unknown>[][] {
  return readdirSync(logdir)
    .filter((name) => name.startsWith('run-'))
    .map((name) =>
      readFileSync(join(logdir, name, 'journal.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    )
}

it(
  `${RUNS} runs at once have every row in their own journal, and leave nothing behind`,
  { timeout: 120_000 },
  async () => {
    const { held, stderr } = await recordConcurrently('offline', RUNS)
    expect(stderr).toBe('')
    const [before, after] = held
    expect(after.held).toEqual(before.held)
    // One run that stayed alive would be some 20 kB; what a folder's name costs is known and bounded.
    expect((after.heap - before.heap) / RUNS).toBeLessThan(8_000)

    const recorded = journals().map((records) => {
      const of = (type: string): Record<string, unknown>[] => records.filter((record) => record['type'] === type)
      const { n } = (of('config')[0] as { config: { n: number } }).config
      expect(of('log').map(({ data }) => data)).toEqual([
        { n, step: 0 },
        { answer: n },
        ...Array.from({ length: STEPS - 1 }, (_, step) => ({ n, step: step + 1 })),
      ])
      expect(of('console')).toMatchObject([{ text: `evaluating ${n}` }])
      expect(of('finish')).toMatchObject([{ state: 'finished', losses: {} }])
      return records[0]!['run'] as { experimentName: string; tags: string[] }
    })
    expect(recorded.filter(({ tags }) => tags[0] === `of ${RUNS}`)).toHaveLength(RUNS)
    // Default names count the runs of a project, also those that are being started.
    expect(new Set(recorded.map(({ experimentName }) => experimentName)).size).toBe(RUNS + RUNS / 4)
  },
)

const separate = (more: InitOptions<object> = {}): Promise<Run> =>
  init({
    project: 'many',
    mode: 'offline',
    logdir,
    reinit: 'create_new',
    settings: { background: false, report: (level, message) => void reports.push(`${level}: ${message}`) },
    ...more,
  })

it('a run that is recorded in this process cannot be resumed in it at the same time', async () => {
  await using run = await separate()
  await expect(separate({ id: run.id, resume: 'allow' })).rejects.toMatchObject({
    code: 'RESUME_FAILED',
    message: expect.stringContaining(
      `Run ${run.id} is still being recorded by this process; finish it first.`,
    ) as string,
  })
  const given = { id: 'given', resume: 'allow' } as const
  const both = await Promise.allSettled([separate(given), separate(given)])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  for (const one of both) if (one.status === 'fulfilled') await one.value.finish()
  await run.finish()
  await using again = await separate({ id: run.id, resume: 'must' })
  expect(again.id).toBe(run.id)
})

it('a disabled run beside others is not the active one, and takes what is logged in its scope', async () => {
  await using run = await separate({ mode: 'disabled' })
  expect(getRun()).toBeUndefined()
  await using main = await init({ project: 'many', mode: 'offline', logdir, settings: { logLevel: 'silent' } })
  withRun(run, () => {
    expect(getRun()).toBe(run)
    log({ n: 1 })
  })
  expect((await main.finish()).steps).toBe(0)
  await run.finish()
  expect(withRun(run, getRun)).toBeUndefined()
})
