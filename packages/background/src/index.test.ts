import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { init, type Callback } from '@swanlab/core'
import { journal, replay } from '@swanlab/journal'
import { JOURNAL_FILE, readMark } from '@swanlab/journal/internal'
import { background, type BackgroundOptions } from './index.ts'
import { MAX_PROCESSES, ProcessSlot } from './process-slot.ts'

let folder: string
let logdir: string
let reports: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'background-callback-'))
  logdir = join(folder, 'swanlog')
  reports = []
  writeFileSync(join(folder, 'package.json'), '{"name":"own"}')
  writeFileSync(join(folder, 'own.mjs'), "export const own = () => ({ name: 'own' })\n")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A callback that could live in the background. */
function own(more: Partial<Callback> = {}): Callback {
  const module = pathToFileURL(join(folder, 'own.mjs')).href
  return { name: 'own', resident: { module, export: 'own', options: {} }, ...more }
}

function start(callbacks: readonly Callback[], options: BackgroundOptions = {}) {
  const report = (level: string, text: string): void => void (level === 'warn' && reports.push(text))
  return init({
    project: 'background',
    callbacks: [...callbacks, background({ report, ...options })],
    settings: { report, console: 'none', metadataCollect: false, requirementsCollect: false },
  })
}

test.each([
  ['settings.background is false', { enabled: false }, true],
  ['no journal() records this run', {}, false],
] as const)('callbacks stay in the training, with a reason and one warning: %s', async (reason, options, recorded) => {
  let stopped = 0
  const callbacks = [own({ onStop: () => void stopped++ }), own({ name: 'other' })]
  const run = await start(recorded ? [journal({ logdir }), ...callbacks] : callbacks, options)
  expect(run.callbacks).toEqual([
    ...(recorded ? [{ name: 'journal', place: 'live' }] : []),
    { name: 'own', place: 'live', reason },
    { name: 'other', place: 'live', reason },
    { name: 'background', place: 'live' },
  ])
  expect(reports).toEqual([
    `own, other: in the training process, because ${reason}. If that crashes or is killed, nothing is sent.`,
  ])
  await run.finish()
  expect(stopped).toBe(1)
})

test('a recorder stays where it records, and is not warned of', async () => {
  const run = await start([journal({ logdir }), own({ immediate: true })])
  expect(run.callbacks.every(({ place }) => place === 'live')).toBe(true)
  expect(reports).toEqual([])
  await run.finish()
})

test('without residents and abandoned runs there is no background process', async () => {
  const run = await start([journal({ logdir })])
  expect(readMark(run.dir!)).toMatchObject({ training: { pid: process.pid } })
  expect(readMark(run.dir!)?.background).toBeUndefined()
  await run.finish()
  expect(readdirSync(join(logdir, '.running'))).toEqual([])
})

test('in the training, a resident is asked before the run begins, and nothing else', async () => {
  const moments: string[] = []
  const noting = (moment: string) => (): void => void moments.push(moment)
  const run = await start([
    journal({ logdir }),
    own({ onInit: noting('init'), onOpen: noting('open'), onRun: noting('run'), onStop: noting('stop') }),
  ])
  expect(run.callbacks).toContainEqual({ name: 'own', place: 'resident' })
  expect(readMark(run.dir!)?.background?.pid).not.toBe(process.pid)
  const { callbacks, state } = await run.finish()
  expect(state).toBe('finished')
  expect(callbacks.map(({ name }) => name)).toEqual(['journal', 'own', 'background'])
  expect(moments).toEqual(['init', 'open'])
  await expect.poll(() => readMark(run.dir!)).toBeUndefined()
})

test('one that no background process can be had for is live, and the run, its outcome and its journal say why', async () => {
  const others = Array.from({ length: MAX_PROCESSES }, () => new ProcessSlot())
  for (const slot of others) slot.take()
  const run = await start([journal({ logdir }), own()])
  for (const slot of others) slot.release()
  const reason = 'no background process could be started (16 follow other runs of this program)'
  const placed = { name: 'own', place: 'live', reason }
  expect(run.callbacks).toContainEqual(placed)
  expect(reports).toEqual([expect.stringContaining('16 follow other runs of this program')])
  expect((await run.finish()).run.callbacks).toBe(run.callbacks)
  const records = readFileSync(join(run.dir!, JOURNAL_FILE), 'utf8').trim().split('\n')
  expect(JSON.parse(records.at(-1)!)).toMatchObject({ type: 'finish', callbacks: run.callbacks })
  let replayed: unknown
  await replay(run.dir!, [{ name: 'reader', onStop: (outcome) => void (replayed = outcome.run.callbacks) }])
  expect(replayed).toEqual(run.callbacks)
})
