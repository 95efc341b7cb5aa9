import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { placeCallbacks } from '../../packages/background/src/placement.ts'
import { journal } from '@swanlab/journal'
import type { Outcome } from '../../packages/core/src/contract/payloads.ts'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { expectNoOrphans } from '../orphans.ts'
import { slack } from './slack.ts'
import { killAll, momentsIn, processesOf, start, until } from './start.ts'
import { compiled } from '../compiled.ts'

let folder: string
let logdir: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'background-'))
  logdir = join(folder, 'swanlog')
  file = join(folder, 'moments')
})
afterEach(async () => {
  if (process.platform === 'linux') await expectNoOrphans(logdir)
  rmSync(folder, { recursive: true, force: true })
})

const ended = (): boolean => momentsIn(file).some(({ moment }) => moment === 'finish')

/** States of the notifications in an outbox. */
function statesOf(dir: string): string[] {
  return new OutboxFiles(dir).load().map(({ state }) => state)
}

const SOURCE = fileURLToPath(new URL('program.ts', import.meta.url))
const SCRIPT = 'its module is the training script itself; in a file of its own it could be imported elsewhere'
const COMPILED = [compiled('background/program')]

describe.runIf(process.platform === 'linux')('the background process', () => {
  test.each([
    ['', COMPILED],
    [' (in TypeScript, through tsx)', ['--conditions=source', '--import', 'tsx', SOURCE]],
  ])('a resident callback is called with what a live one is, in the same order%s', async (_, program) => {
    const { ready, ended: over } = await start({ how: 'end', logdir, file, both: true }, program)
    expect(await over).toBe(0)
    expect(ready.callbacks).toEqual([
      { name: 'journal', place: 'live' },
      { name: 'recorder', place: 'resident' },
      { name: 'live', place: 'live' },
      { name: 'background', place: 'live' },
    ])
    await until('the end is recorded', ended)
    // In the training it is asked, and that is all.
    expect(momentsIn(file).flatMap(({ pid, moment }) => (pid === ready.pid ? [moment] : []))).toEqual(['init'])
    const resident = momentsIn(file).filter(({ pid }) => pid !== ready.pid)
    const live = momentsIn(`${file}.live`)
    const moments = (list: typeof live): unknown[] =>
      list
        .filter(({ moment }) => !['init', 'run', 'finish'].includes(moment))
        .map(({ moment, payload }) => [moment, payload])
    expect(moments(resident)).toEqual(moments(live))
    const [end, liveEnd] = [resident, live].map((list) => list.at(-1)!.payload)
    expect({ ...end, callbacks: 0 }).toEqual({ ...liveEnd, callbacks: 0 })
    expect(resident.map(({ moment }) => moment).slice(0, 2)).toEqual(['init', 'run'])
    await until('no process is left', () => processesOf(ready.dir).length === 0)
  })

  test.each([
    ['kill', 'SIGKILL', { type: 'killed', evidence: ['exit status: SIGKILL'] }],
    ['abort', 'SIGABRT', { type: 'crashed-natively', signal: 'SIGABRT', evidence: ['exit status: SIGABRT'] }],
    ['throw', 1, { type: 'exception' }],
    ['exit in exit', 9, undefined],
  ])('%s', async (how, code, cause) => {
    const { ready, endedAfterWatcher } = await start({ how, logdir, file })
    expect(await endedAfterWatcher()).toBe(code)
    await until('the end is recorded', ended)
    const { payload } = momentsIn(file).at(-1)!
    expect(payload).toMatchObject({ state: cause ? 'crashed' : 'finished', steps: 6, lastStep: 100 })
    expect(payload.cause).toEqual(cause)
    expect(payload.summary.loss).toMatchObject({ last: 0.1, count: 6 })
    const records = [...new JournalReader(join(ready.dir, 'journal.jsonl'))]
    expect(records.filter(({ type }) => type === 'finish')).toHaveLength(1)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(readdirSync(join(logdir, '.running'))).toEqual([])
  })

  test('what the terminal of a killed training said last is in its outcome, and in the message', async () => {
    const { url, messages, server } = await slack()
    const { ready, ended: over } = await start({ how: 'print, then kill', logdir, file, slackUrl: url })
    expect(await over).toBe('SIGKILL')
    await until('the end has arrived', () => ended() && messages().length === 2)
    const { lastLines } = momentsIn(file).at(-1)!.payload as Outcome
    expect(lastLines?.map(({ level, text }) => `${level}: ${text.split(': ')[0]}`)).toEqual([
      ...Array.from({ length: 18 }, (_, at) => `info: epoch ${at + 13}`),
      'warn:   <b>out of swans</b>',
      'info: 90 %',
    ])
    expect(messages()[1]).toContain('loss 0.05\nepoch 21: loss ')
    expect(messages()[1]).toContain('\n  &lt;b&gt;out of swans&lt;/b&gt;\n90 %\n')
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    await server.close()
  })

  test('a background process that is killed is started again, and nothing is sent twice', async () => {
    const { url, messages, server } = await slack()
    const { child, ready, ended: over, stderr } = await start({ how: 'finish when told', logdir, file, slackUrl: url })
    // A sender that dies between the answer and the note of it cannot know better than to send once more.
    await until(
      'the alert has arrived and is noted',
      () => messages().length === 1 && statesOf(ready.dir).includes('sent'),
    )
    const first = processesOf(ready.dir)
    killAll(first)
    await until('it is started again', () => processesOf(ready.dir).some((pid) => !first.includes(pid)))
    child.stdin!.write('now\n')
    expect(await over).toBe(0)
    await until('the end is recorded', ended)
    expect(messages()).toHaveLength(2)
    expect(stderr()).toContain('The background process is gone (it ended with SIGKILL); starting it again.')
    await server.close()
  })

  test('a training that dies in the middle of a long step has lasted until then', async () => {
    const { ready, child, endedAfterWatcher } = await start({ how: 'wait', logdir, file })
    await sleep(1_500)
    child.kill('SIGKILL')
    expect(await endedAfterWatcher()).toBe('SIGKILL')
    await until('the end is recorded', ended)
    const { endTime, duration } = momentsIn(file).at(-1)!.payload as Outcome
    const records = [...new JournalReader(join(ready.dir, 'journal.jsonl'))]
    const last = records.findLast(({ type }) => type !== 'finish')!
    const silence = endTime - last.time
    expect(silence).toBeGreaterThan(1_300)
    expect(endTime).toBeLessThanOrEqual(Date.now())
    expect(records.at(-1)).toMatchObject({ type: 'finish', time: endTime, duration })
    expect(duration).toBeGreaterThanOrEqual(silence)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
  })

  test('a receiver that comes back gets the message, once', async () => {
    const { url, messages, server } = await slack(200, 503, 429, 503)
    const { ready, ended: over } = await start({ how: 'kill', logdir, slackUrl: url })
    expect(await over).toBe('SIGKILL')
    await until('the alert and the end have arrived', () => messages().length === 2)
    await until('no process is left', () => processesOf(ready.dir).length === 0)
    expect(messages()).toHaveLength(2)
    await server.close()
  })

  test('told to stop, it leaves on disk what it could not send', async () => {
    const { url, messages, server } = await slack(...Array.from({ length: 50 }, () => 503))
    const { ready, ended: over } = await start({ how: 'kill', logdir, slackUrl: url })
    expect(await over).toBe('SIGKILL')
    await until('both messages wait', () => statesOf(ready.dir).length === 2)
    killAll(processesOf(ready.dir), 'SIGTERM')
    await until('it is gone', () => processesOf(ready.dir).length === 0)
    expect(statesOf(ready.dir)).toEqual(['waiting', 'waiting'])
    expect(messages()).toEqual([])
    await server.close()
  })

  test('no secret is in a file, an argument or the environment', async () => {
    const { url, messages, server } = await slack()
    const { child, ready, ended: over, stderr } = await start({ how: 'finish when told', logdir, slackUrl: url })
    // A process that has just been forked has the arguments of its parent until it becomes another program.
    await until('its processes are there', () => processesOf(ready.dir).length > 0)
    for (const pid of processesOf(ready.dir)) {
      expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain('SECRET')
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('SECRET')
    }
    child.stdin!.write('now\n')
    await over
    await until('the end has arrived', () => messages().length === 2)
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain('SECRET')
    expect(stderr()).not.toContain('SECRET')
    await server.close()
  })

  test.each(['esm', 'cjs'] as const)(
    'in a bundle (%s) everything is live, and the program runs once',
    async (format) => {
      const entry = join(folder, 'entry.ts')
      const bundle = join(folder, `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`)
      // CommonJS knows no await outside of functions.
      writeFileSync(entry, `void (async () => {${readFileSync(SOURCE, 'utf8').replaceAll(/^import .*$/gm, '')}})()`)
      const imports = readFileSync(SOURCE, 'utf8')
        .match(/^import .*$/gm)!
        .join('\n')
      await build({
        stdin: { contents: `${imports}\n${readFileSync(entry, 'utf8')}`, resolveDir: dirname(SOURCE), loader: 'ts' },
        outfile: bundle,
        bundle: true,
        platform: 'node',
        format,
        conditions: ['source'],
        logLevel: 'silent',
        ...(format === 'esm' && {
          banner: {
            js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
          },
        }),
      })
      const { ready, ended: over, stderr } = await start({ how: 'end', logdir, file }, [bundle])
      expect(await over).toBe(0)
      expect(ready.callbacks).toContainEqual({
        name: 'recorder',
        place: 'live',
        reason: '@swanlab/background is bundled into the program',
      })
      expect(momentsIn(file).filter(({ moment }) => moment === 'finish')).toHaveLength(1)
      expect(stderr()).toContain('If that crashes or is killed, nothing is sent.')
      expect(readdirSync(logdir).filter((name) => name.startsWith('run-'))).toHaveLength(1)
    },
  )

  test('a module that is the training script itself is never imported again', async () => {
    const own = { name: 'own', resident: { module: pathToFileURL(SOURCE).href, export: 'Own', options: {} } }
    const foreign = { name: 'foreign', resident: { ...own.resident, package: '@swanlab/plugin-slack' } }
    const { placements } = await placeCallbacks([journal({ logdir }), own, foreign], true, {
      script: SOURCE,
      loaders: [],
    })
    expect(placements).toEqual([
      { name: 'own', place: 'live', reason: SCRIPT },
      { name: 'foreign', place: 'live', reason: SCRIPT },
    ])
    expect(
      (await placeCallbacks([journal({ logdir }), foreign], true, { script: '/elsewhere.ts', loaders: [] })).placements,
    ).toMatchObject([
      { place: 'live', reason: expect.stringContaining('not part of the package @swanlab/plugin-slack') as string },
    ])
  })

  test('switched off, everything is live, and one warning says what that costs', async () => {
    const { ready, ended: over, stderr } = await start({ how: 'end', logdir, file, background: false })
    expect(await over).toBe(0)
    expect(ready.callbacks).toContainEqual({
      name: 'recorder',
      place: 'live',
      reason: 'settings.background is false',
    })
    expect(new Set(momentsIn(file).map(({ pid }) => pid))).toEqual(new Set([ready.pid]))
    expect(stderr().match(/because settings\.background is false/g)).toHaveLength(1)
  })
})
