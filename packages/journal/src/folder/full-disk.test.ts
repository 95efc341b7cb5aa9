import { readdirSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JournalReader } from '../format/reader.ts'
import { JOURNAL_FILE } from '../format/records.ts'
import { init, type Options } from './testing/offline.ts'
import { smallDisk } from '../format/testing/small-disk.ts'
import type { Durability } from '../format/writer.ts'

const disk = smallDisk()

describe.runIf(disk)('on a disk of 64 KiB', () => {
  const { path: logdir, fill, lock } = disk ?? { path: '', fill: () => '', lock: () => {} }

  function options(durability: Durability, messages: string[] = []): Options {
    const report = (level: string, message: string): void => void messages.push(`${level}: ${message}`)
    const off = { metadataCollect: false, requirementsCollect: false }
    return { project: 'test', logdir, settings: { ...off, durability, report } }
  }

  const runs = (): string[] =>
    readdirSync(logdir, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('run-'))

  test.each<Durability>(['write', 'buffered'])(
    '%s: a run that cannot even be begun is refused, quietly',
    async (durability) => {
      const messages: string[] = []
      const ballast = fill()
      const started = init(options(durability, messages))
      await started.catch(() => rmSync(ballast))
      await expect(started).rejects.toMatchObject({
        code: 'LOGDIR_UNUSABLE',
        message: `"logdir": no run can be recorded in ${logdir} (ENOSPC).`,
      })
      expect([messages, runs()]).toEqual([[], []])
      await (await init(options(durability))).finish()
      expect(runs()).not.toEqual([])
      for (const name of readdirSync(logdir)) rmSync(`${logdir}/${name}`, { recursive: true })
    },
  )

  test('a read-only disk is refused, and left as it was', async () => {
    lock(true)
    const started = init(options('write'))
    await started.catch(() => {})
    lock(false)
    await expect(started).rejects.toMatchObject({ code: 'LOGDIR_UNUSABLE' })
    expect(readdirSync(logdir)).toEqual([])
  })

  test('a run whose disk fills up goes on, counts, and records again when there is room', async () => {
    const messages: string[] = []
    const run = await init(options('write', messages))
    run.log({ loss: 0 })
    const ballast = fill()
    for (let step = 1; step < 500; step++) run.log({ loss: step }, step)
    rmSync(ballast)
    run.log({ loss: 500 }, 500)
    const { state, steps, losses } = await run.finish()

    const records = [...new JournalReader(`${run.dir}/${JOURNAL_FILE}`)]
    const read = records.flatMap((record) => (record.type === 'log' ? [record.step] : []))
    expect({ state, steps }).toEqual({ state: 'finished', steps: 501 })
    expect(losses.records).toBe(501 - read.length)
    expect([read[0], read.at(-1)]).toEqual([0, 500])
    expect(records.at(-1)).toMatchObject({ type: 'finish', losses: { records: losses.records } })
    expect(messages.filter((line) => line.startsWith('warn'))).toEqual([
      'warn: The journal cannot be written (ENOSPC). Training goes on; what is lost is counted.',
      `warn: The journal can be written again; ${losses.records} records were lost.`,
      `warn: ${losses.records} records could not be written.`,
    ])
  })
})
