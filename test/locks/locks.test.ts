import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordingState } from '../../packages/journal/src/format/lease.ts'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { momentsIn, processesOf, start, until } from '../background/start.ts'
import { compiled } from '../compiled.ts'
import { expectNoOrphans } from '../orphans.ts'
import { noNamespaces, OWN_HOST_NAME, OWN_PIDS, startAsked, type Asked } from './processes.ts'
import { addTogether, raceForLeftLocks } from './race.ts'

const ID = 'abcdefghijklmnopqrstu'
let folder: string
let logdir: string
let asked: Asked[]
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'locks-')))
  logdir = join(folder, 'swanlog')
  asked = []
})
afterEach(async () => {
  await Promise.all(asked.map((each) => each.kill()))
  if (process.platform === 'linux') await expectNoOrphans(logdir)
  rmSync(folder, { recursive: true, force: true })
})

function startOne(...how: Parameters<typeof startAsked>): Asked {
  const one = startAsked(...how)
  asked.push(one)
  return one
}

interface Began {
  readonly pid?: number
  readonly dir?: string
  readonly error?: string
}

const runs = (): string[] => readdirSync(logdir).filter((name) => name.startsWith('run-'))
const recordsIn = (dir: string, type: string): unknown[] =>
  [...new JournalReader(join(dir, 'journal.jsonl'))].filter((record) => record.type === type)

/** Has three processes begin one run at once. */
async function beginAtOnce(resume: 'allow' | 'must'): Promise<{ winner: Asked; dir: string; pid: number }> {
  const all = Array.from({ length: 3 }, () => startOne())
  // All are up before one begins.
  await Promise.all(all.map((each) => each.ask({ release: true })))
  const answers = await Promise.all(all.map((each) => each.ask<Began>({ run: { id: ID, logdir, resume } })))
  const at = answers.findIndex((answer) => answer?.dir !== undefined)
  expect(answers.filter((answer) => answer?.dir !== undefined)).toHaveLength(1)
  const { dir = '', pid = 0 } = answers[at]!
  for (const answer of answers)
    if (answer !== answers[at]) expect(answer?.error).toMatch(`Run ${ID} is still being recorded by process ${pid} on `)
  return { winner: all[at]!, dir, pid }
}

test('a lock that a dead process has left: of four that ask at once one gets it', async () => {
  expect(await raceForLeftLocks(folder, 4, 5)).toEqual(Array(5).fill(1))
})

test('what four processes do under a lock, some of them killed in it, is not undone', async () => {
  const [sum, expected] = await addTogether(folder, 4, 10)
  expect(sum).toBe(expected)
})

test('one of many that start the same new run at once does, and one of many that continue it', async () => {
  const first = await beginAtOnce('allow')
  expect(runs()).toEqual([basename(first.dir)])
  expect(await first.winner.ask({ finish: true })).toBe('finished')
  const second = await beginAtOnce('must')
  expect([second.dir, runs()]).toEqual([first.dir, [basename(first.dir)]])
  expect(await second.winner.ask({ finish: true })).toBe('finished')
  expect(recordsIn(first.dir, 'log')).toHaveLength(10)
  await expectNoOrphans(logdir)
  const left = [logdir, join(logdir, '.running'), first.dir].flatMap((dir) => readdirSync(dir))
  expect(left.filter((name) => name.includes('lock') || name.includes('run-'))).toEqual([basename(first.dir)])
})

test('a training that is killed leaves its run to others, while a child of it lives on', async () => {
  const training = startOne()
  const { dir = '' } = (await training.ask<Began>({ run: { id: ID, logdir, resume: 'allow' } }))!
  const { pid = 0 } = (await training.ask<Began>({ child: true }))!
  await training.kill()
  expect(process.kill(pid, 0)).toBe(true)
  const next = startOne()
  expect(await next.ask({ run: { id: ID, logdir, resume: 'must' } })).toMatchObject({ dir })
  process.kill(pid, 'SIGKILL')
  expect(await next.ask({ finish: true })).toBe('finished')
  expect(recordsIn(dir, 'finish')).toMatchObject([{ state: 'crashed' }, { state: 'finished' }])
})

test('a background process holds its part of the run beyond the death of the training', async () => {
  const order = { how: 'wait', logdir, file: join(folder, 'moments') }
  const training = await start(order, [compiled('background/program')])
  const { dir } = training.ready
  await until('its background process is there', () => processesOf(dir).length === 1)
  const [background] = processesOf(dir) as [number]
  process.kill(background, 'SIGSTOP')
  training.child.kill('SIGKILL')
  await training.ended
  // Nobody takes it for abandoned, though there has been no word of its end.
  const { ready, ended } = await start({ ...order, how: 'end' }, [compiled('background/program')])
  expect(await ended).toBe(0)
  await until('no process of the other is left', () => processesOf(ready.dir).length === 0)
  expect([recordsIn(dir, 'finish'), recordingState(dir, undefined)]).toEqual([[], 'alive'])
  process.kill(background, 'SIGCONT')
  await expectNoOrphans(logdir)
  expect(recordingState(dir, undefined)).toBe('gone')
  expect(recordsIn(dir, 'finish')).toHaveLength(1)
})

describe('without native modules', () => {
  test('a run says what is not kept, once, and is told apart on this machine all the same', async () => {
    const [one, two] = [startOne([], ['--no-addons']), startOne([], ['--no-addons'])]
    const run = { id: ID, logdir, resume: 'allow' }
    const { pid, dir = '' } = (await one.ask<Began>({ run }))!
    expect(one.stderr().match(/The kernel keeps no locks for runs: .* \(ERR_DLOPEN_DISABLED\)/g)).toHaveLength(1)
    expect((await two.ask<Began>({ run }))?.error).toContain(`is still being recorded by process ${pid} on `)
    await one.kill()
    expect(await two.ask({ run })).toMatchObject({ dir })
    expect(await two.ask({ finish: true })).toBe('finished')
  })

  test('a server refuses to start, unless it is told to', async () => {
    const server = startOne([], ['--no-addons'])
    const { error } = (await server.ask<Began>({ serve: folder }))!
    expect(error).toMatch(/The kernel keeps no lock on .*ERR_DLOPEN_DISABLED.*--allow-weak-lock/)
    expect(readdirSync(folder)).toEqual([])
    expect(await server.ask({ serve: folder, allowWeakLock: true })).toHaveProperty('url')
  })
})

const why = noNamespaces()
if (why !== undefined) console.log(`Namespaces are not tried: ${why}`)

describe.skipIf(why !== undefined)('in namespaces of their own', () => {
  test('of three servers over one folder one starts, and the next one when it is killed', async () => {
    const servers = Array.from({ length: 3 }, () => startOne(OWN_PIDS))
    const answers = await Promise.all(servers.map((each) => each.ask<Began>({ serve: folder })))
    const up = servers.filter((_, i) => answers[i] && 'url' in answers[i])
    expect(up).toHaveLength(1)
    expect(answers.filter((answer) => answer?.error?.startsWith('Another server, process '))).toHaveLength(2)
    await up[0]!.kill()
    const next = startOne([...OWN_HOST_NAME, 'renamed'])
    expect(await next.ask({ serve: folder })).toHaveProperty('url')
  })

  test('a living run is nobody’s to end', async () => {
    const [file, other] = [join(folder, 'moments'), join(folder, 'other')]
    const program = [compiled('background/program')]
    const living = await start({ how: 'finish when told', logdir, file }, program, OWN_PIDS)
    for (const through of [[], [...OWN_HOST_NAME, 'another'], OWN_PIDS]) {
      const { ready, ended } = await start({ how: 'end', logdir, file: other }, program, through)
      expect(await ended).toBe(0)
      await until('no process is left', () => recordingState(ready.dir, undefined) !== 'alive')
      expect(recordsIn(living.ready.dir, 'finish')).toEqual([])
      expect(readdirSync(join(logdir, '.running'))).toContain(basename(living.ready.dir))
    }
    living.child.stdin!.write('\n')
    expect(await living.ended).toBe(0)
    expect(recordsIn(living.ready.dir, 'finish')).toMatchObject([{ state: 'finished' }])
    const ends = [file, other].flatMap((each) => momentsIn(each)).filter(({ moment }) => moment === 'finish')
    expect(ends.filter(({ payload }) => payload.run.dir === living.ready.dir)).toMatchObject([
      { payload: { state: 'finished' } },
    ])
  })

  test('a run that died in a container is told by the next one', async () => {
    const file = join(folder, 'moments')
    const program = [compiled('background/program')]
    const dead = await start({ how: 'wait', logdir, file }, program, OWN_PIDS)
    dead.child.kill('SIGKILL')
    await dead.ended
    await until('its background process is gone, too', () => recordingState(dead.ready.dir, undefined) === 'gone')
    const { ended } = await start({ how: 'end', logdir, file }, program, [...OWN_HOST_NAME, 'another'])
    expect(await ended).toBe(0)
    await expectNoOrphans(logdir)
    expect(recordsIn(dead.ready.dir, 'finish')).toMatchObject([{ state: 'crashed', cause: { type: 'lost' } }])
    expect(readdirSync(join(logdir, '.running'))).toEqual([])
    expect(readdirSync(dead.ready.dir).filter((name) => name.endsWith('.lock'))).toEqual([])
  })
})
