import { chownSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { JournalCursor } from '../format/cursor.ts'
import { JournalReader } from '../format/reader.ts'
import { JOURNAL_FILE, type JournalRecord } from '../format/records.ts'
import { markRunning } from '../format/run-marker.ts'
import type { CallbackContext, InitInfo, Run, RunInfo } from '@swanlab/core'
import { thisProcess } from '../files/process-identity.ts'
import { init, useOffline, type Options } from './testing/offline.ts'
import { readMark } from '../format/run-marker.ts'
import { journal } from './journal-callback.ts'

const offline = useOffline()
const ID = 'abcdefghijklmnopqrstu'

let now = 0
beforeEach(() => void (now = 1_000_000))

function start(more: Options = {}): Promise<Run> {
  const { settings, ...options } = offline.options()
  return init({
    ...options,
    id: ID,
    resume: 'allow',
    ...more,
    settings: { ...settings, clock: () => now++, ...more.settings },
  })
}

const pathOf = (run: Run): string => join(run.dir!, JOURNAL_FILE)
const recordsOf = (run: Run): JournalRecord[] => [...new JournalReader(pathOf(run))]

/** A run of two steps that has ended. */
async function earlier(): Promise<Run> {
  const options = { experimentName: 'first', description: 'text', tags: ['a'], config: { lr: 1, seed: 7 } }
  const run = await start(options)
  run.log({ loss: 0.5 })
  run.log({ loss: NaN }, 10)
  await run.finish()
  return run
}

/** Makes a run look as if its process had died, or as if it lived on. */
function loseEnd(run: Run, dead: boolean): void {
  const text = readFileSync(pathOf(run), 'utf8')
  const unfinished = text.replace(/\{"type":"finish".*\n/, '')
  const started = unfinished.replaceAll(/"started":"\d+"/g, '"started":"1"')
  writeFileSync(pathOf(run), dead ? `${started}{"type":"log","step":11,"ti` : unfinished)
}

describe.each(['must', 'allow'] as const)('resume: %s', (resume) => {
  test('goes on in the same folder: steps, configuration and names carry on', async () => {
    const first = await earlier()
    const run = await start({ resume, config: { lr: 2 } })
    expect(run.dir).toBe(first.dir)
    expect([run.experimentName, run.description, run.tags]).toEqual(['first', 'text', ['a']])
    expect(run.config.toJSON()).toEqual({ lr: 2, seed: 7 })
    run.log({ loss: 0.25, acc: 1 })
    const outcome = await run.finish()
    expect(outcome).toMatchObject({ state: 'finished', steps: 3, lastStep: 11, losses: {} })
    expect(outcome.summary['loss']).toMatchObject({ count: 3, min: 0.25, max: 0.5 })
    expect(recordsOf(run).flatMap((each) => (each.type === 'log' ? [each.step] : []))).toEqual([0, 10, 11])
    expect(recordsOf(run).flatMap((each) => (each.type === 'column' ? [each.key] : []))).toEqual(['loss', 'acc'])
    expect(offline.names().filter((name) => name.startsWith('run-'))).toHaveLength(1)
    expect(offline.reports).toEqual([])
  })

  test('names that were changed on the way stay changed', async () => {
    await earlier()
    await (await start({ resume, experimentName: 'second', tags: ['b'] })).finish()
    const run = await start({ resume })
    expect([run.experimentName, run.tags]).toEqual(['second', ['b']])
  })

  test('a run that never ended is ended as lost first', async () => {
    const first = await earlier()
    loseEnd(first, true)
    const run = await start({ resume })
    await run.finish()
    const types = recordsOf(run).map(({ type }) => type)
    expect(types.slice(types.indexOf('log'))).toEqual(['log', 'log', 'finish', 'resume', 'config', 'finish'])
    expect(recordsOf(run).find(({ type }) => type === 'finish')).toMatchObject({
      ...{ state: 'crashed', cause: { type: 'lost' }, error: { name: 'Lost' }, steps: 2, lastStep: 10, losses: {} },
      duration: expect.any(Number) as number,
    })
    expect(offline.reports).toEqual([expect.stringMatching(/^warn: .*damaged/)])
  })

  test('a run that is still being written is refused', async () => {
    loseEnd(await earlier(), false)
    await expect(start({ resume })).rejects.toMatchObject({
      code: 'RESUME_FAILED',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    })
  })

  test('a run of a later version is refused', async () => {
    const first = await earlier()
    writeFileSync(pathOf(first), readFileSync(pathOf(first), 'utf8').replace('"format":1', '"format":2'))
    await expect(start({ resume })).rejects.toMatchObject({ code: 'RESUME_FAILED' })
  })

  test("another project's run is refused", async () => {
    const first = await earlier()
    const before = readFileSync(pathOf(first), 'utf8')
    await expect(start({ resume, project: 'other' })).rejects.toMatchObject({
      code: 'RESUME_FAILED',
      message: `Run ${ID} belongs to project "test", not to "other".`,
    })
    expect(readFileSync(pathOf(first), 'utf8')).toBe(before)
  })
})

test('a run that does not exist is refused with "must", and started with "allow"', async () => {
  await expect(start({ resume: 'must' })).rejects.toMatchObject({ code: 'RESUME_FAILED' })
  expect(offline.names()).toEqual([])
  const run = await start({ resume: 'allow' })
  expect([run.id, run.experimentName]).toEqual([ID, 'swan-1'])
  expect(recordsOf(run)[0]).toMatchObject({ type: 'header' })
})

test('a configuration in a damaged record is taken from the header', async () => {
  const first = await earlier()
  writeFileSync(pathOf(first), readFileSync(pathOf(first), 'utf8').replaceAll('"type":"config"', '"type":"co"'))
  const run = await start({ resume: 'must' })
  expect(run.config.toJSON()).toEqual({ lr: 1, seed: 7 })
})

test('a run that somebody else is about to continue is refused, and left alone', async () => {
  const first = await earlier()
  const second = agreed(first.id, 'must')
  const before = readFileSync(pathOf(first), 'utf8')
  expect(() => agreed(first.id, 'must')).toThrow(
    expect.objectContaining({
      code: 'RESUME_FAILED',
      message: `Run ${ID} is still being recorded by this process; finish it first. It is in ${first.dir}.`,
    }),
  )
  expect(readFileSync(pathOf(first), 'utf8')).toBe(before)
  second.close()
  agreed(first.id, 'must').close()
})

test('where locks of the kernel decide, what a journal says of its process does not', async () => {
  const first = await earlier()
  loseEnd(first, false)
  markRunning(first.dir!, { training: thisProcess(), locked: true })
  const run = await start({ resume: 'must' })
  await run.finish()
  expect(recordsOf(run).filter(({ type }) => type === 'finish')).toMatchObject([{ cause: { type: 'lost' } }, {}])
})

test('of a new run that two start in the same moment there is one folder', async () => {
  const [one, two] = [agreed(ID, 'allow'), agreed(ID, 'allow')]
  one.open()
  expect(() => two.open()).toThrow(expect.objectContaining({ code: 'RESUME_FAILED' }))
  one.close()
  expect(() => two.open()).toThrow(/was started, and ended, by another process/)
  expect(offline.names().filter((name) => name !== '.gitignore')).toEqual(['.running', expect.stringMatching(/^run-/)])
})

test('an init that is refused leaves the run to others', async () => {
  await earlier()
  const refuse = { name: 'refuses', onInit: () => Promise.reject(new Error('no')) }
  await expect(start({ callbacks: [refuse] })).rejects.toThrow('no')
  await (await start()).finish()
})

test('a lost run was ended before the part that follows begins, so that nobody takes its end for theirs', async () => {
  const first = await earlier()
  loseEnd(first, true)
  const second = agreed(first.id, 'must')
  second.open()
  const { from = 0 } = readMark(first.dir!)!
  second.close()
  const cursor = new JournalCursor(pathOf(first))
  const here: string[] = []
  for (const { type } of cursor.read()) if (cursor.offset >= from) here.push(type)
  cursor.close()
  expect(here).toEqual(['resume'])
})

/** A journal that has agreed to keep a run, before it opens its folder. */
function agreed(id: string, resume: 'must' | 'allow'): { open: () => void; close: () => void } {
  const recorder = journal({ logdir: offline.logdir, clock: () => now, report: () => {} })
  const info: InitInfo = { id, project: 'test', tags: [], resume, startTime: now, resumed: false, config: {} }
  const context = {} as CallbackContext
  const patch = recorder.onInit!(info, context) as object
  const run = { ...info, ...patch, config: {}, callbacks: [] } as unknown as RunInfo
  return { open: () => void recorder.onOpen!(run, context), close: () => recorder.onClose!(context) }
}

test('a run folder that is a link is not continued, and that is reported', async () => {
  const first = await earlier()
  renameSync(first.dir!, `${offline.logdir}/elsewhere`)
  symlinkSync(`${offline.logdir}/elsewhere`, first.dir!)
  const before = readFileSync(pathOf(first), 'utf8')
  await expect(start({ resume: 'must' })).rejects.toMatchObject({ code: 'RESUME_FAILED' })
  const run = await start()
  expect(run.dir).not.toBe(first.dir)
  await run.finish()
  expect(readFileSync(pathOf(first), 'utf8')).toBe(before)
  expect(offline.reports).toContain(
    `warn: ${ID} is not continued there: ${first.dir} is a symbolic link; it is left alone.`,
  )
})

test.runIf(process.getuid?.() === 0)("another user's run is not continued", async () => {
  const first = await earlier()
  chownSync(pathOf(first), 65_534, 65_534)
  await expect(start({ resume: 'must' })).rejects.toMatchObject({ code: 'RESUME_FAILED' })
  expect(offline.reports).toEqual([expect.stringContaining(`${pathOf(first)} belongs to another user`)])
})
