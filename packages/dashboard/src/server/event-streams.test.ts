import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { LiveEvent } from '../protocol/events.ts'
import type { RunDetail, RunList } from '../protocol/runs.ts'
import { FINISH, finished, HEADER, rows } from '../testing/journals.ts'
import { until, Watched, writeRun } from '../testing/watched.ts'
import { watchRuns } from './watch.ts'

const START = encodeRecord(HEADER)
const journalOf = (dir: string): string => join(dir, 'journal.jsonl')
const isRunsWith =
  (state: string) =>
  (event: LiveEvent): boolean =>
    event.type === 'runs' && event.rows.some((row) => row.state === state)

let folder: string
let page: Watched
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swanlab-events-'))
  page = new Watched(await watchRuns({ folders: [folder], port: 0, cache: false }))
})
afterAll(async () => {
  await page.watcher.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Cursor of a page that knows the list, and all there is of a run. */
async function knownCursor(key: string): Promise<string> {
  const read = async (): Promise<number> => (await page.json<RunDetail>(`/runs/${key}`)).offset
  const { size } = statSync(journalOf(join(folder, key)))
  // What is asked for the first time is answered with what has been read so far.
  await expect.poll(read).toBe(size)
  return `${(await page.json<RunList>('/runs')).version},${key}:${size}`
}

test('the last rows of a run come before the list says that it has ended', async () => {
  const dir = writeRun(folder, 'run-a', START + rows(3))
  const cursor = await knownCursor('run-a')
  appendFileSync(journalOf(dir), rows(2, 3) + encodeRecord(FINISH))
  const seen = await until(page.events(`runs=run-a&cursor=${cursor}`), isRunsWith('finished'))
  expect(seen.map(({ type }) => type)).toEqual(['hello', 'rows', 'runs'])
  expect(seen[1]).toMatchObject({ rows: [{ step: 3 }, { step: 4 }] })
})

test('each row says up to which byte of the journal it goes', async () => {
  const dir = writeRun(folder, 'run-b', START)
  const cursor = await knownCursor('run-b')
  appendFileSync(journalOf(dir), rows(2))
  const [, event] = await until(page.events(`runs=run-b&cursor=${cursor}`), ({ type }) => type === 'rows')
  const ends = [1, 2].map((count) => START.length + rows(count).length)
  expect(event).toMatchObject({ from: START.length, to: ends[1], rows: [{ to: ends[0] }, { to: ends[1] }] })
})

test('a journal that is cut, or replaced by another, is to be asked for again; a folder that is removed is gone', async () => {
  const dir = writeRun(folder, 'run-c', START + rows(100))
  const events = page.events(`runs=run-c&cursor=${await knownCursor('run-c')}`)
  const changed = async (): Promise<LiveEvent> => (await until(events, ({ type }) => type === 'changed')).at(-1)!
  appendFileSync(journalOf(dir), rows(1, 100))
  await until(events, ({ type }) => type === 'rows')
  truncateSync(journalOf(dir), START.length)
  expect(await changed()).toMatchObject({ run: 'run-c', to: START.length })
  const other = START + rows(200, 0, (step) => -step)
  writeFileSync(join(folder, 'other'), other)
  renameSync(join(folder, 'other'), journalOf(dir))
  expect(await changed()).toMatchObject({ run: 'run-c', to: other.length })
  rmSync(dir, { recursive: true })
  const seen = await until(events, (event) => event.type === 'runs' && event.gone.length > 0)
  expect(seen.at(-1)).toMatchObject({ gone: ['run-c'] })
})

test('to watch six runs, one of which logs once a second, takes less than 5 kB a second', async () => {
  for (let number = 0; number < 5; number++) writeRun(folder, `run-old-${number}`, finished(1_000))
  const dir = writeRun(folder, 'run-new', START)
  const keys = Array.from({ length: 20 }, (_, at) => `train/layer_${at}/gradient_norm`)
  const log = (step: number): void => {
    const data = Object.fromEntries(keys.map((key, at) => [key, Math.sin(step + at)]))
    appendFileSync(journalOf(dir), encodeLog({ step, time: 1_700_000_000_000 + 1_000 * step, data }))
  }
  const cursor = await knownCursor('run-new')
  const socket = connect(page.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  socket.write(
    `GET /api/dashboard/events?runs=run-new&cursor=${cursor} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${page.token}\r\n\r\n`,
  )
  await expect.poll(() => text).toContain('"hello"')
  const LOGS = 2
  const before = text.length
  for (let step = 1; step <= LOGS; step++) {
    log(step)
    // What a second brings: the rows, and the list, which has another step and size.
    await expect.poll(() => text).toContain(`"step":${step},`)
    await expect.poll(() => text).toContain(`"lastStep":${step},`)
  }
  expect((text.length - before) / LOGS).toBeLessThan(5_000)
})
