import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, replay, sync, SwanLabError, type Callback } from 'swanlab'
import { JournalCursor, JournalReader, type JournalRecord } from '@swanlab/journal'
import { Text } from '@swanlab/core/media'
import { summarize } from '../../packages/swanlab/src/cli/run-summary.ts'
import { TrackingServer } from '../../packages/cloud/src/testing/tracking-server.ts'
import { damaged, damages } from './damage.ts'
import { tries } from './runs.ts'

const ID = 'fuzzed'
const ROWS = 40
const base = mkdtempSync(join(tmpdir(), 'fuzz-journals-'))
const server = new TrackingServer()
/** A recorded run, and what its journal holds. */
let recorded: string
let journal: Buffer
let lines: number

let count = 0
const quiet = { background: false, metadataCollect: false, requirementsCollect: false, durability: 'buffered' } as const

beforeAll(async () => {
  await server.start()
  const logdir = join(base, 'recorded')
  const run = await init({
    project: 'cats',
    mode: 'offline',
    logdir,
    id: ID,
    resume: 'allow',
    config: { lr: 0.1 },
    settings: quiet,
  })
  for (let step = 0; step < ROWS; step++) {
    run.log({ loss: 1 / step, 'val/损失': step, ...(step % 10 === 0 && { note: new Text(`step ${step}`) }) })
    if (step % 7 === 0) run.config[`seen/${step}`] = { step }
  }
  run.alert({ title: 'look', text: 'at this' })
  await run.finish()
  recorded = run.dir!
  // As a process that is gone has left it: whoever lives is waited for.
  const text = readFileSync(join(recorded, 'journal.jsonl'), 'utf8')
  const gone = JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: 'long ago' })
  journal = Buffer.from(text.replaceAll(/"process":\{[^}]*\}/g, `"process":${gone}`))
  lines = journal.toString().trimEnd().split('\n').length
})
afterAll(async () => {
  await server.stop()
  rmSync(base, { recursive: true, force: true })
})

/** A copy of the run with another journal. */
function withJournal(bytes: Buffer): { logdir: string; dir: string; path: string } {
  const logdir = join(base, String(count++))
  const dir = join(logdir, basename(recorded))
  cpSync(recorded, dir, { recursive: true })
  const path = join(dir, 'journal.jsonl')
  writeFileSync(path, bytes)
  return { logdir, dir, path }
}

const pointsIn = (records: readonly JournalRecord[]): Set<string> =>
  new Set(
    records.flatMap((record) => {
      if (record.type === 'media') return [`${record.step} ${record.key}`]
      return record.type === 'log' ? Object.keys(record.data).map((key) => `${record.step} ${key}`) : []
    }),
  )

/** A refusal that says what was wrong; anything else is a crash. */
function isWord(error: unknown): asserts error is SwanLabError {
  if (!(error instanceof SwanLabError)) throw error
  expect(error.message).toMatch(/\S{3,} \S/)
}

test('the reader counts what it drops', () => {
  fc.assert(
    fc.property(damages, (list) => {
      const bytes = damaged(journal, list)
      const { path, logdir } = withJournal(bytes)
      const reader = new JournalReader(path)
      const records = [...reader]
      const { dropped, torn } = reader.damage
      const cutBetweenLines = list.some(({ what }) => what.startsWith('cut') || what.includes('left out'))
      if (records.length < lines && !cutBetweenLines) expect(dropped + Number(torn)).toBeGreaterThan(0)
      // A line that is not empty is a record, or is counted.
      const written = bytes
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '').length
      expect(records.length + dropped + Number(torn)).toBeGreaterThanOrEqual(written)
      rmSync(logdir, { recursive: true })
    }),
    tries,
  )
})

test('a cursor on a journal that grows by bytes gives what the reader gives', () => {
  fc.assert(
    fc.property(
      damages,
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 6 }),
      (list, sizes) => {
        const bytes = damaged(journal, list)
        const { path, logdir } = withJournal(Buffer.alloc(0))
        const cursor = new JournalCursor(path)
        const records: JournalRecord[] = []
        for (let end = 0, at = 0; end < bytes.length; at++) {
          end = Math.min(bytes.length, end + sizes[at % sizes.length]!)
          writeFileSync(path, bytes.subarray(0, end))
          records.push(...cursor.read())
        }
        records.push(...cursor.end())
        cursor.close()
        const reader = new JournalReader(path)
        expect(records).toEqual([...reader])
        expect(cursor.damage).toEqual(reader.damage)
        rmSync(logdir, { recursive: true })
      },
    ),
    tries,
  )
})

test('a replay dispatches every row that the reader reads, or says why not', async () => {
  await fc.assert(
    fc.asyncProperty(damages, async (list) => {
      const { dir, path, logdir } = withJournal(damaged(journal, list))
      const reader = new JournalReader(path)
      const records = [...reader]
      const rows = records.filter(({ type }) => type === 'log').length
      const said: string[] = []
      let dispatched = 0
      const listener: Callback = { name: 'listener', onLog: () => void dispatched++ }
      try {
        const outcome = await replay(dir, listener, { report: (_level, message) => void said.push(message) })
        expect(dispatched).toBe(rows)
        expect(outcome.steps).toBeGreaterThanOrEqual(0)
        if (reader.damage.dropped > 0) expect(said.join('\n')).toContain('damaged line')
      } catch (error) {
        isWord(error)
      }
      rmSync(logdir, { recursive: true })
    }),
    tries,
  )
})

test('sync uploads every point that the reader reads, or says why not', async () => {
  await fc.assert(
    fc.asyncProperty(damages, async (list) => {
      const { dir, path, logdir } = withJournal(damaged(journal, list))
      const reader = new JournalReader(path)
      const points = pointsIn([...reader])
      for (const known of [server.runs, server.scalars, server.series, server.files, server.lines]) known.clear()
      try {
        const report = await sync(dir, { apiKey: 'key', host: server.url, report: () => {}, timeout: 2_000 })
        expect(report.damaged).toBe(reader.damage.dropped)
        if (report.complete) expect(server.scalars.size).toBe(points.size)
        else expect(report.reason ?? report.refused + report.missing).toBeTruthy()
      } catch (error) {
        isWord(error)
      }
      rmSync(logdir, { recursive: true })
    }),
    tries,
  )
})

test('resume continues the run or says why not, and never writes over what is there', async () => {
  await fc.assert(
    fc.asyncProperty(damages, fc.constantFrom('must', 'allow'), async (list, resume) => {
      const bytes = damaged(journal, list)
      const { path, logdir } = withJournal(bytes)
      const before = [...new JournalReader(path)].filter(({ type }) => type === 'log').length
      const said: string[] = []
      try {
        const run = await init({
          ...{ project: 'cats', mode: 'offline', logdir, id: ID, resume },
          settings: { ...quiet, report: (_level, message) => void said.push(message) },
        })
        run.log({ loss: 0 })
        const { steps } = await run.finish()
        const continued = run.dir === join(logdir, basename(recorded))
        expect(steps).toBe(continued ? before + 1 : 1)
        const reader = new JournalReader(join(run.dir!, 'journal.jsonl'))
        expect([...reader].filter(({ type }) => type === 'log')).toHaveLength(steps)
      } catch (error) {
        isWord(error)
      }
      expect(readFileSync(path).subarray(0, bytes.length)).toEqual(bytes)
      rmSync(logdir, { recursive: true })
    }),
    tries,
  )
})

test('the table of runs has a row for whatever is in the folder', () => {
  fc.assert(
    fc.property(damages, (list) => {
      const { dir, path, logdir } = withJournal(damaged(journal, list))
      const reader = new JournalReader(path)
      const rows = [...reader].filter(({ type }) => type === 'log').length
      const summary = summarize(dir)
      expect(summary).toMatchObject({ steps: rows, damaged: reader.damage.dropped })
      expect(JSON.stringify(summary)).toBeTypeOf('string')
      rmSync(logdir, { recursive: true })
    }),
    tries,
  )
})
