import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Callback } from '../../contract/callback.ts'
import type { Outcome } from '../../contract/payloads.ts'
import type { Run } from '../../contract/run.ts'
import { getRun } from '../../current.ts'
import { init } from '../../init.ts'
import { Text } from '../../media.ts'
import type { InitOptions } from '../../options/init-options.ts'

/** A record as somebody else finds it who looks at what is kept. */
export type KeptRecord = Readonly<Record<string, unknown>> & { readonly type: string }

/** A recorder under test, seen through the storage where it keeps runs. */
export interface RecorderUnderTest {
  readonly name: string
  /** Makes one, as a program would. @param folder - An empty one for each test. */
  make(folder: string): Callback
  /** What is kept of a run right now, found without the recorder that wrote it. Numbers are numbers. */
  records(folder: string, run: Run): readonly KeptRecord[]
  /** Content of what is kept of media. @param path - As in `data` of its record. */
  media(folder: string, run: Run, path: string): Uint8Array
  /** From now on media cannot be stored. */
  breakMedia(folder: string, run: Run): void
  /** From now on records cannot be written. Absent: that cannot be done on this machine. */
  breakRecords?: ((folder: string, run: Run) => void) | undefined
}

/** What whoever keeps runs promises: to be called where a test file describes its recorder. */
export function describeRecorder(recorder: RecorderUnderTest): void {
  let folder = ''
  let reports: string[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'swanlab-recorder-'))
    reports = []
  })
  afterEach(async () => {
    await getRun()?.finish()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (callbacks: readonly Callback[] = [], more: InitOptions<object> = {}): Promise<Run> => {
    if (!existsSync(folder)) mkdirSync(folder)
    const report = (level: string, message: string): void => {
      if (level !== 'info' && level !== 'debug') reports.push(message)
    }
    return init({
      project: 'recorders',
      // Its place in the list is no reason to be called first.
      callbacks: [...callbacks, recorder.make(folder)],
      settings: { metadataCollect: false, requirementsCollect: false, report },
      ...more,
    })
  }
  const kept = (run: Run, type: string): KeptRecord[] =>
    recorder.records(folder, run).filter((record) => record.type === type)
  const rows = (run: Run): unknown[] => kept(run, 'log').map(({ step, data }) => [step, data])

  describe(recorder.name, () => {
    it('has what was logged, configured and alerted when the call returns', async () => {
      const run = await start([], { config: { lr: 0.1 } })
      expect(kept(run, 'config').at(-1)).toMatchObject({ config: { lr: 0.1 } })
      run.log({ loss: 0.5, bad: Number.NaN, big: Number.POSITIVE_INFINITY })
      expect(rows(run)).toEqual([[0, { loss: 0.5, bad: Number.NaN, big: Number.POSITIVE_INFINITY }]])
      expect(kept(run, 'column').map(({ key, index }) => [key, index])).toEqual([
        ['loss', 0],
        ['bad', 1],
        ['big', 2],
      ])
      run.config['depth'] = 3
      run.alert({ title: 'look', text: 'here' })
      expect(kept(run, 'config').at(-1)).toMatchObject({ config: { lr: 0.1, depth: 3 } })
      expect(kept(run, 'alert')).toMatchObject([{ title: 'look', text: 'here', level: 'info' }])
      expect(reports).toEqual([])
    })

    it('has a row before any other callback gets it, also while others wait for their turn', async () => {
      const seen: unknown[] = []
      const answering: Callback = {
        name: 'answering',
        onLog: ({ data }, { log }) => {
          const run = getRun()!
          seen.push(rows(run).length)
          if (!('loss' in data)) return
          log({ answer: 1 })
          seen.push(rows(run).length)
        },
      }
      const run = await start([answering])
      run.log({ loss: 1 })
      expect(seen).toEqual([1, 2, 2])
      expect(rows(run)).toEqual([
        [0, { loss: 1 }],
        [1, { answer: 1 }],
      ])
    })

    it('has how the run ended before any other callback is called, and what those log in onStop', async () => {
      const ends: unknown[] = []
      const last: Callback = {
        name: 'last',
        onStop: async ({ run }, { log }) => {
          ends.push(kept(getRun() ?? (run as unknown as Run), 'finish').map(({ state }) => state))
          log({ after: 1 })
        },
      }
      const run = await start([last])
      const ended = run.finish({ state: 'aborted' })
      expect(kept(run, 'finish')).toMatchObject([{ state: 'aborted' }])
      await ended
      expect(ends).toEqual([['aborted']])
      expect(rows(run)).toEqual([[0, { after: 1 }]])
    })

    it('has the lines of the terminal, between the rows', async () => {
      const write = process.stdout.write.bind(process.stdout)
      process.stdout.write = () => true
      try {
        const run = await start()
        process.stdout.write('epoch 1\n')
        run.log({ loss: 1 })
        process.stdout.write('epoch 2\n')
        await run.finish()
        expect(kept(run, 'console')).toMatchObject([
          { line: 1, level: 'info', text: 'epoch 1' },
          { line: 2, level: 'info', text: 'epoch 2' },
        ])
        const types = recorder.records(folder, run).map(({ type }) => type)
        expect(types.filter((type) => ['console', 'log'].includes(type))).toEqual(['console', 'log', 'console'])
      } finally {
        process.stdout.write = write
      }
    })

    it('has the files of media before any callback gets their record', async () => {
      const texts: string[] = []
      const reading: Callback = {
        name: 'reading',
        onMedia: ({ data }) => {
          for (const path of data) texts.push(Buffer.from(recorder.media(folder, getRun()!, path)).toString())
        },
      }
      const run = await start([reading])
      run.log({ 'a/note': [new Text('one', { caption: 'first' }), new Text('two')], loss: 1 })
      expect(texts).toEqual(['one', 'two'])
      expect(kept(run, 'media')).toMatchObject([
        { key: 'a/note', step: 0, data: [expect.any(String), expect.any(String)], more: [{ caption: 'first' }, null] },
      ])
    })

    it('takes back an earlier part of a resumed run', async () => {
      const first = await start([], { experimentName: 'cats', config: { lr: 1, seed: 7 } })
      first.log({ loss: 1, note: new Text('a') }, 5)
      first.log({ loss: Number.NaN }, 6)
      await first.finish()

      const columns: unknown[] = []
      const listening: Callback = {
        name: 'listening',
        onMetricCreate: ({ column, summary }) => columns.push([column.key, column.index, summary.count]),
      }
      const again = { id: first.id, resume: 'must', config: { lr: 2 } } as const
      const second = await start([listening], again)
      expect(second).toMatchObject({ id: first.id, experimentName: 'cats' })
      expect(second.config.toJSON()).toEqual({ lr: 2, seed: 7 })
      second.log({ loss: 9 }, 5)
      second.log({ note: new Text('again') }, 5)
      second.log({ acc: 1, loss: 2 })
      const outcome: Outcome = await second.finish()
      expect(outcome).toMatchObject({ run: { resumed: true }, lastStep: 7, losses: { duplicates: 2 } })
      expect(columns).toEqual([
        ['acc', 2, 1],
        ['loss', 0, 3],
      ])
      expect(rows(second).map((row) => (row as [number])[0])).toEqual([5, 6, 7])
    })

    it('goes on with the numbers of the lines of the terminal', async () => {
      const write = process.stdout.write.bind(process.stdout)
      process.stdout.write = () => true
      try {
        const first = await start()
        process.stdout.write('one\ntwo\n')
        await first.finish()
        const second = await start([], { id: first.id, resume: 'allow' })
        process.stdout.write('three\n')
        await second.finish()
        expect(kept(second, 'console').map(({ line }) => line)).toEqual([1, 2, 3])
      } finally {
        process.stdout.write = write
      }
    })

    it('does not resume what there is not', async () => {
      const missing = { id: 'x'.repeat(21), resume: 'must' } as const
      await expect(start([], missing)).rejects.toMatchObject({ code: 'RESUME_FAILED' })
      expect(getRun()).toBeUndefined()
      expect((await start([], { ...missing, resume: 'allow' })).id).toBe(missing.id)
    })

    it('counts media that cannot be stored, and costs nobody else anything', async () => {
      const got: unknown[] = []
      const run = await start([
        { name: 'listening', onLog: ({ data }) => got.push(data), onMedia: () => got.push('media') },
      ])
      recorder.breakMedia(folder, run)
      run.log({ loss: 1, note: new Text('a') })
      run.log({ loss: 2, note: new Text('b') })
      const outcome = await run.finish()
      expect(outcome).toMatchObject({ state: 'finished', steps: 2, losses: { records: 2 } })
      expect(got).toEqual([{ loss: 1 }, { loss: 2 }])
      expect(reports.at(-1)).toContain('2 records could not be written')
    })

    it.runIf(recorder.breakRecords)('counts records that cannot be written, and the training goes on', async () => {
      const got: unknown[] = []
      const run = await start([{ name: 'listening', onLog: ({ data }) => got.push(data) }])
      run.log({ loss: 1 })
      recorder.breakRecords!(folder, run)
      for (let n = 0; n < 10; n++) run.log({ loss: n })
      const outcome = await run.finish()
      expect(outcome).toMatchObject({ state: 'finished', steps: 11 })
      expect(outcome.losses.records).toBeGreaterThan(0)
      expect(outcome.callbacks.find(({ name }) => name === recorder.name)?.disabled ?? false).toBe(false)
      expect(got).toHaveLength(11)
      expect(reports.join('\n')).toMatch(/records? could not be written/)
    })
  })
}
