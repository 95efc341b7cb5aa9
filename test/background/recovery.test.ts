import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { expectNoOrphans } from '../orphans.ts'
import { slack } from './slack.ts'
import { killBoth, momentsIn, processesOf, start, until } from './start.ts'

let folder: string
let logdir: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recovery-'))
  logdir = join(folder, 'swanlog')
  file = join(folder, 'moments')
})
afterEach(async () => {
  if (process.platform === 'linux') await expectNoOrphans(logdir)
  rmSync(folder, { recursive: true, force: true })
})

describe.runIf(process.platform === 'linux')('a run whose processes are both gone', () => {
  test('is ended by the next one, which delivers what is pending, once', async () => {
    const { url, messages, server } = await slack(503)
    const first = await start({ how: 'wait', logdir, slackUrl: url })
    await killBoth(first.child, first.ready.dir)
    const second = await start({ how: 'end', logdir, slackUrl: url })
    expect(await second.ended).toBe(0)
    await until('no process is left', () => processesOf(second.ready.dir).length === 0)
    const finish = [...new JournalReader(join(first.ready.dir, 'journal.jsonl'))].filter(
      ({ type }) => type === 'finish',
    )
    expect(finish).toMatchObject([{ state: 'crashed', cause: { type: 'lost' }, steps: 6 }])
    expect(messages().filter((text) => text.includes('crashed'))).toHaveLength(1)
    expect(messages().filter((text) => text.includes('finished'))).toHaveLength(1)
    await server.close()
  })

  test('what is undelivered waits for a run with the callbacks it belongs to', async () => {
    const { url, messages, server } = await slack()
    const first = await start({ how: 'wait', logdir, slackUrl: url })
    await until('the alert has arrived', () => messages().length === 1)
    await killBoth(first.child, first.ready.dir)
    const mark = basename(first.ready.dir)
    for (const other of [{ file }, {}, { file, slackUrl: url }]) {
      expect(readdirSync(join(logdir, '.running'))).toEqual([mark])
      expect(messages().filter((text) => text.includes('crashed'))).toEqual([])
      const { ready, ended: over } = await start({ how: 'end', logdir, ...other })
      expect(await over).toBe(0)
      await until('no process is left', () => processesOf(ready.dir).length === 0)
      const records = [...new JournalReader(join(first.ready.dir, 'journal.jsonl'))]
      expect(records.filter(({ type }) => type === 'finish')).toMatchObject([{ cause: { type: 'lost' }, steps: 6 }])
    }
    expect(messages().filter((text) => text.includes('crashed'))).toHaveLength(1)
    expect(readdirSync(join(logdir, '.running'))).toEqual([])
    await server.close()
  })

  test('a callback that was given its end is not given it again while others are waited for', async () => {
    const { url, messages, server } = await slack()
    const first = await start({ how: 'wait', logdir, file, slackUrl: url })
    await until('the alert has arrived', () => messages().length === 1)
    await killBoth(first.child, first.ready.dir)
    const ends = (): unknown[] =>
      momentsIn(file).filter(({ moment, payload }) => moment === 'finish' && payload.run.dir === first.ready.dir)
    for (const [other, crashes] of [
      [{ file }, 0],
      [{ file }, 0],
      [{ file, slackUrl: url }, 1],
    ] as const) {
      const { ready, ended: over } = await start({ how: 'end', logdir, ...other })
      expect(await over).toBe(0)
      await until('no process is left', () => processesOf(ready.dir).length === 0)
      expect(ends()).toHaveLength(1)
      expect(messages().filter((text) => text.includes('crashed'))).toHaveLength(crashes)
    }
    expect(readdirSync(join(logdir, '.running'))).toEqual([])
    await server.close()
  })
})
