import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { init, replay } from 'swanlab'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { compiled } from '../compiled.ts'
import { expectNoOrphans } from '../orphans.ts'
import { Rule } from './rule.ts'
import { slack } from './slack.ts'
import { killAll, killBoth, momentsIn, processesOf, start, until, type Program } from './start.ts'

let folder: string
let logdir: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'))
  logdir = join(folder, 'swanlog')
  file = join(folder, 'alerts')
})
afterEach(async () => {
  if (process.platform === 'linux') await expectNoOrphans(logdir)
  rmSync(folder, { recursive: true, force: true })
})

const train = (how: string, slackUrl: string, rule: object = {}): Promise<Program> =>
  start({ how, logdir, slackUrl, rule: { file, ...rule }, stopFile: join(folder, 'stop') }, [
    compiled('background/alerting'),
  ])

/** Titles of the alerts in a journal, and how the run ended. */
function recorded(dir: string): string[] {
  return [...new JournalReader(join(dir, 'journal.jsonl'))].flatMap((record) =>
    record.type === 'alert' ? [record.title] : record.type === 'finish' ? [record.state] : [],
  )
}

const titles = (path: string): string[] =>
  momentsIn(path).map((line) => (line as unknown as { title: string }).title ?? line.payload.title)
const liveTitles = (): string[] =>
  momentsIn(`${file}.live`).flatMap(({ moment, payload }) => (moment === 'alert' ? [payload.title as string] : []))
const about = (messages: readonly string[], title: string): string[] => messages.filter((text) => text.includes(title))

describe.runIf(process.platform === 'linux')('an alert that a callback raises in the background process', () => {
  test.each([undefined, 'function'])(
    'is recorded once by the training, and every callback gets it once (through the %s)',
    async (through) => {
      const { url, messages, server } = await slack()
      const { ready, child, ended } = await train('finish when told', url, { through })
      await until('the training has recorded it', () => recorded(ready.dir).includes('loss is 7'))
      child.stdin!.write('now\n')
      expect(await ended).toBe(0)
      await until('no process is left', () => processesOf(ready.dir).length === 0)
      expect(recorded(ready.dir)).toEqual(['loss is 7', 'finished', 'it is over'])
      expect(titles(file)).toEqual(['loss is 7'])
      expect(new Set(momentsIn(file).map(({ pid }) => pid))).not.toContain(ready.pid)
      expect(liveTitles()).toEqual(['loss is 7'])
      expect(about(messages(), 'loss is 7')).toHaveLength(1)
      await server.close()
    },
  )

  test('is recorded by the background process when the training is dead, before its end', async () => {
    const { url, messages, server } = await slack()
    const { ready, ended } = await train('kill', url)
    expect(await ended).toBe('SIGKILL')
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(recorded(ready.dir)).toEqual(['loss is 7', 'crashed', 'it broke', 'it is over'])
    expect(titles(file)).toEqual(['loss is 7', 'it broke'])
    for (const title of ['loss is 7', 'it broke']) expect(about(messages(), title)).toHaveLength(1)
    await server.close()
  })

  test('arrives while the training is in a loop that never yields, and is recorded when that has exited', async () => {
    const { url, messages, server } = await slack()
    const { ready, ended } = await train('loop, then exit', url)
    await until('the message has arrived', () => about(messages(), 'loss is 7').length === 1)
    expect(recorded(ready.dir)).toEqual([])
    writeFileSync(join(folder, 'stop'), '')
    expect(await ended).toBe(0)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(recorded(ready.dir).toSorted()).toEqual(['finished', 'it is over', 'loss is 7'])
    expect(titles(file)).toEqual(['loss is 7'])
    expect(about(messages(), 'loss is 7')).toHaveLength(1)
    await server.close()
  })

  test('is neither recorded nor sent twice when the background process is killed and started again', async () => {
    const { url, messages, server } = await slack()
    const { ready, child, ended } = await train('finish when told', url)
    await until('it is recorded, and noted as sent', () => {
      const [item] = new OutboxFiles(ready.dir).load()
      return recorded(ready.dir).length === 1 && item?.state === 'sent'
    })
    killAll(processesOf(ready.dir))
    await until('it is raised again', () => titles(file).length === 2)
    child.stdin!.write('now\n')
    expect(await ended).toBe(0)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(recorded(ready.dir)).toEqual(['loss is 7', 'finished', 'it is over'])
    expect(liveTitles()).toEqual(['loss is 7'])
    expect(about(messages(), 'loss is 7')).toHaveLength(1)
    await server.close()
  })

  test('is recorded and sent once when both processes are killed, by the next run that has the callbacks', async () => {
    const { url, messages, server } = await slack()
    const first = await train('loop, then exit', url)
    await until('the message has arrived', () => about(messages(), 'loss is 7').length === 1)
    await until('it is noted as sent', () => new OutboxFiles(first.ready.dir).load()[0]?.state === 'sent')
    await killBoth(first.child, first.ready.dir)
    expect(recorded(first.ready.dir)).toEqual([])
    const second = await train('finish', url)
    expect(await second.ended).toBe(0)
    await until('no process is left', () => processesOf(second.ready.dir).length === 0)
    expect(recorded(first.ready.dir)).toEqual(['loss is 7', 'crashed', 'it broke', 'it is over'])
    expect(recorded(second.ready.dir).toSorted()).toEqual(['finished', 'it is over', 'loss is 7'])
    // One of each run.
    expect(about(messages(), 'loss is 7')).toHaveLength(2)
    expect(about(messages(), 'it broke')).toHaveLength(1)
    await server.close()
  })

  test('that answers another one does not recurse without end', async () => {
    const { url, server } = await slack()
    const { ready, ended, stderr } = await train('finish', url, { echo: true })
    expect(await ended).toBe(0)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(stderr()).toContain('rule (onAlert) answers moments with new ones without end.')
    expect(recorded(ready.dir).length).toBeLessThan(100)
    await server.close()
  })
})

describe.runIf(process.platform === 'linux')('a callback that leaves a timer and a socket open', () => {
  test('does not keep the background process alive when its work is done', async () => {
    const { url, server } = await slack()
    const { ready, ended } = await train('finish', url, { open: true })
    expect(await ended).toBe(0)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    await server.close()
  })

  test('does not keep it alive when it is told to stop', async () => {
    const { url, messages, server } = await slack(...Array.from({ length: 50 }, () => 503))
    const { ready, ended } = await train('kill', url, { open: true })
    expect(await ended).toBe('SIGKILL')
    await until('messages wait', () => new OutboxFiles(ready.dir).load().length === 3)
    killAll(processesOf(ready.dir), 'SIGTERM')
    await until('it is gone', () => processesOf(ready.dir).length === 0)
    expect(messages()).toEqual([])
    await server.close()
  })
})

test('in a replay, what a callback raises is in the report of the replay, and not in the run that is active', async () => {
  const options = {
    project: 'alerts',
    mode: 'offline',
    logdir,
    settings: {
      background: false,
      metadataCollect: false,
      requirementsCollect: false,
      console: 'none',
      logLevel: 'error',
    },
  } as const
  const stored = await init(options)
  stored.log({ loss: 7 })
  await stored.finish()
  const active = await init(options)
  for (const through of [undefined, 'function'] as const) {
    const { raised } = await replay(stored.dir!, new Rule({ file, live: true, ...(through && { through }) }))
    expect(raised).toMatchObject([
      { callback: 'rule', title: 'loss is 7', level: 'warn', step: 0 },
      { callback: 'rule', title: 'it is over' },
    ])
  }
  expect(momentsIn(file)).toMatchObject([{ place: 'replay' }, { place: 'replay' }])
  await active.finish()
  expect(recorded(active.dir!)).toEqual(['finished'])
  expect(recorded(stored.dir!)).toEqual(['finished'])
})

test('an alert that a callback had raised in the training is there once when the run is replayed with it', async () => {
  const run = await init({
    project: 'alerts',
    mode: 'offline',
    logdir,
    callbacks: [new Rule({ file, live: true })],
    settings: {
      background: false,
      metadataCollect: false,
      requirementsCollect: false,
      console: 'none',
      logLevel: 'error',
    },
  })
  run.log({ loss: 7 })
  run.alert({ title: 'by hand' })
  await run.finish()
  expect(recorded(run.dir!)).toEqual(['loss is 7', 'by hand', 'finished', 'it is over'])
  const again = join(folder, 'again')
  await replay(run.dir!, new Rule({ file: again, live: true }))
  expect(titles(again)).toEqual(['loss is 7', 'by hand', 'it is over'])
})
