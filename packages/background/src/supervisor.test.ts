import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CallbackReport, HostActions, RunInfo } from '@swanlab/core/internal'
import { JOURNAL_FILE, readMark, thisProcess } from '@swanlab/journal/internal'
import { FallbackReports } from './fallback-reports.ts'
import type { FollowOrder } from './ipc-messages.ts'
import { OutboxFiles } from './outbox-files.ts'
import type { BackgroundProcess, Spawned } from './spawn.ts'
import { Supervisor } from './supervisor.ts'
import { sampleOutcome, sampleRun } from '@swanlab/core/testing'

// A callback that writes down what it is called with, and a notifier whose receiver is out of order.
const MODULE = `
import { appendFileSync } from 'node:fs'
export const recorder = ({ file }) => ({
  name: 'recorder',
  onAlert: ({ title }) => appendFileSync(file, title + '\\n'),
  onStop: ({ state, steps }) => appendFileSync(file, state + ' ' + steps + '\\n'),
})
export const notifier = ({ file }) => ({
  name: 'notifier',
  onAlert: ({ title }) => appendFileSync(file, title + '\\n'),
  send: () => Promise.reject(new Error('the line is dead')),
  onStop: (_, context) => context.deliver({}, { key: 'ended' }),
})
export const blocker = () => ({
  name: 'blocker',
  onAlert: () => {
    for (;;);
  },
})
export const actor = () => ({
  name: 'actor',
  onAlert: ({ title }, context) => {
    if (title !== 'look') return
    context.alert({ title: 'seen' })
    context.log({ seen: 1, odd: NaN }, 7)
    context.requestStop('that is enough')
  },
})`

/** For what comes when it comes, however busy the machine, in milliseconds. */
const LIMIT = 30_000

let logdir: string
let dir: string
let calls: string
let run: RunInfo
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'supervisor-'))
  dir = join(logdir, 'run-1')
  calls = join(logdir, 'calls')
  mkdirSync(dir)
  writeFileSync(join(logdir, 'module.mjs'), MODULE)
  run = sampleRun({ dir, url: undefined })
  const records = [
    { type: 'header', format: 1, time: 1_000, run, process: thisProcess() },
    { type: 'log', step: 0, time: 1_001, data: { loss: 1 } },
    { type: 'alert', title: 'look', text: '', level: 'warn', time: 1_002 },
  ]
  writeFileSync(join(dir, JOURNAL_FILE), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
})
afterEach(() => rmSync(logdir, { recursive: true, force: true }))

const marked = (): boolean => readMark(dir) !== undefined

/** A run with a supervisor. @returns the messages to the user, what callbacks do in the run, and what ends it. */
function supervise(how: {
  name: string
  start: () => Spawned
  finishTimeout?: number
  startTimeout?: number
  fallbackReports?: FallbackReports
}) {
  const messages: string[] = []
  const report = (level: string, message: string): void =>
    void (level !== 'debug' && !message.startsWith('Waiting for ') && messages.push(message))
  const resident = {
    module: pathToFileURL(join(logdir, 'module.mjs')).href,
    export: how.name,
    options: { file: calls },
  }
  const acts: unknown[][] = []
  const counts: CallbackReport[] = []
  const fallen: string[] = []
  const act: HostActions = {
    raise: ({ title, id }, name) => acts.push(['alert', name, title, typeof id]),
    log: (data, step, name) => acts.push(['log', name, data, step]),
    redactRules: () => undefined,
    requestStop: (reason, name) => acts.push(['stop', name, reason]),
    fallBack: (reason, name) => fallen.push(`${name}: ${reason}`),
    count: (each) => counts.push(each),
  }
  const supervisor = new Supervisor({
    callbacks: [{ name: how.name, resident }],
    callbackTimeout: 1_000,
    blockedLimit: 500,
    finishTimeout: how.finishTimeout ?? LIMIT,
    from: () => 0,
    act,
    report,
    terminal: false,
    spawn: how.start,
    startTimeout: how.startTimeout ?? LIMIT,
    fallbackReports: how.fallbackReports ?? new FallbackReports(),
  })
  supervisor.start(run)
  return {
    messages,
    acts,
    counts,
    fallen,
    finish: () => supervisor.wait(sampleOutcome({ run, steps: 1, lastStep: 0 })),
  }
}

const refused = (): Spawned => {
  throw new Error('EAGAIN')
}

test('of many runs at the same time, those beyond 16 are followed in the training process', async () => {
  const children: BackgroundProcess[] = []
  const idle = (): Spawned => {
    const child = spawn('sleep', ['60'], { stdio: ['pipe', 'pipe', 'ignore'] }) as unknown as BackgroundProcess
    children.push(child)
    return { background: child, dismiss: () => {} }
  }
  try {
    const others = Array.from({ length: 16 }, () => supervise({ name: 'recorder', start: idle, finishTimeout: 1 }))
    const fallbackReports = new FallbackReports()
    const beyond = Array.from({ length: 3 }, () => supervise({ name: 'recorder', start: idle, fallbackReports }))
    expect(children).toHaveLength(16)
    for (const { fallen } of beyond)
      expect(fallen).toEqual([
        'recorder: no background process could be started (16 follow other runs of this program)',
      ])
    for (const { finish } of beyond) await finish()
    expect(readFileSync(calls, 'utf8').match(/finished 1/g)).toHaveLength(3)
    expect(beyond.flatMap(({ messages }) => messages)).toEqual([
      expect.stringContaining('(16 follow other runs of this program); recorder: in the training process'),
      'So far 3 runs of this program were followed in the training process (16 follow other runs of this program).',
    ])
    await others[0]!.finish()
    others.push(supervise({ name: 'recorder', start: idle, finishTimeout: 1 }))
    expect(children).toHaveLength(17)
    await Promise.all(others.slice(1).map((other) => other.finish()))
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
})

test('where no process can be started, the callbacks are driven in the training process', async () => {
  const { messages, fallen, finish } = supervise({ name: 'recorder', start: refused })
  expect(fallen).toEqual(['recorder: no background process could be started (EAGAIN)'])
  expect(messages).toEqual([
    'No background process could be started (EAGAIN); recorder: in the training process. If that crashes, nothing is sent before the next init in the same logdir.',
  ])
  expect(marked()).toBe(true)
  await expect.poll(() => existsSync(calls) && readFileSync(calls, 'utf8')).toBe('look\n')
  await finish()
  expect(readFileSync(calls, 'utf8')).toBe('look\nfinished 1\n')
  expect(messages).toHaveLength(1)
  await expect.poll(marked).toBe(false)
})

test('a background process that hangs before it has begun is ended, and does not cost the callbacks the run', async () => {
  let hanging: BackgroundProcess | undefined
  const start = (): Spawned => {
    hanging = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background: hanging, dismiss: () => {} }
  }
  const { messages, finish } = supervise({ name: 'recorder', start, startTimeout: 50 })
  await finish()
  expect(messages[0]).toMatch(/^No background process could be started \(it was not up within 0\.05 s\); recorder: /)
  expect(messages).toHaveLength(1)
  expect(readFileSync(calls, 'utf8')).toBe('look\nfinished 1\n')
  await expect.poll(() => hanging?.signalCode).toBe('SIGKILL')
})

test('one that dies before it is up is started once more, as a redelivery, and no third time', async () => {
  const orders = join(logdir, 'orders')
  const start = (): Spawned => {
    const dies = `process.stdin.once('data', (order) => {
      require('node:fs').appendFileSync(${JSON.stringify(orders)}, order)
      process.exit(3)
    })`
    const background = spawn(process.execPath, ['-e', dies], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { messages, finish } = supervise({ name: 'recorder', start })
  await expect.poll(() => messages.length, { timeout: LIMIT }).toBe(2)
  await finish()
  const lines = readFileSync(orders, 'utf8').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as FollowOrder).redelivered)).toEqual([false, true])
  expect(messages).toEqual([
    'The background process is gone (it ended with 3); starting it again.',
    expect.stringMatching(/^No background process could be started \(it ended with 3\); recorder: /),
  ])
  expect(readFileSync(calls, 'utf8')).toBe('look\nfinished 1\n')
})

test('what is settled before the end is waited for leaves no exit watcher behind', async () => {
  let dismissed = 0
  const start = (): Spawned => {
    const callbacks = [{ name: 'recorder', failures: 0, disabled: false }]
    const settled = JSON.stringify({ type: 'settled', state: 'finished', callbacks, deliveries: [] })
    const says = `process.stdout.write(${JSON.stringify(`{"type":"up"}\n${settled}\n`)}); process.stdin.resume()`
    const background = spawn(process.execPath, ['-e', says], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => dismissed++ }
  }
  const { counts, finish } = supervise({ name: 'recorder', start })
  await expect.poll(() => counts).toHaveLength(1)
  await finish()
  expect(dismissed).toBe(1)
})

test('one that has been up was ended by a callback, which is not let into the training', async () => {
  const start = (): Spawned => {
    const says = `process.stdout.write('\\n{"type":"up"}\\n', () => process.exit(7))`
    const background = spawn(process.execPath, ['-e', says], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { messages, counts, finish } = supervise({ name: 'recorder', start })
  await finish()
  expect(counts).toEqual([{ name: 'recorder', failures: 1, disabled: true }])
  expect(messages).toEqual([
    'The background process is gone (it ended with 7); starting it again.',
    'The background process is gone again (it ended with 7); recorder will not be notified of this run before the next init in the same logdir.',
  ])
  expect(existsSync(calls)).toBe(false)
  expect(marked()).toBe(true)
})

test('a callback that never returns does not keep the background process, and counts as failed', async () => {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const pids: number[] = []
  const start = (): Spawned => {
    const background = spawn(process.execPath, [main, dir], { stdio: ['pipe', 'pipe', 'ignore'] })
    pids.push(background.pid!)
    return { background, dismiss: () => {} }
  }
  const { messages, counts, finish } = supervise({ name: 'blocker', start })
  await finish()
  const blocked = 'The background process was blocked for 0.5 s by a callback (blocker), and has been ended.'
  expect(messages).toEqual([
    blocked,
    'The background process is gone (it ended with SIGKILL); starting it again.',
    blocked,
    expect.stringMatching(
      /^The background process is gone again \(it ended with SIGKILL\); blocker will not be notified/,
    ),
  ])
  expect(counts).toEqual([{ name: 'blocker', failures: 1, disabled: true }])
  expect(readFileSync(join(dir, 'background.log'), 'utf8')).toContain(blocked)
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('what cannot be delivered in time is left for the next init', async () => {
  const { messages, finish } = supervise({ name: 'notifier', start: refused, finishTimeout: 300 })
  await expect.poll(() => existsSync(calls)).toBe(true)
  await finish()
  expect(messages.at(-1)).toBe(
    'Not done within 0.3 s: notifier; what is left waits for the next init in the same logdir.',
  )
  expect(new OutboxFiles(dir).load()).toMatchObject([{ channel: 'notifier', state: 'waiting' }])
  expect(marked()).toBe(true)
})

test('what callbacks do through their context is done in the run, from either process', async () => {
  const { acts, finish } = supervise({ name: 'actor', start: refused })
  await finish()
  const done = [
    ['alert', 'actor', 'seen', 'string'],
    ['log', 'actor', { seen: 1, odd: NaN }, 7],
    ['stop', 'actor', 'that is enough'],
  ]
  expect(acts).toEqual(done)
})

test('what a callback logs once more, in a background process that was started again, is recorded once', async () => {
  const lines = [
    { type: 'up' },
    { type: 'log', name: 'recorder', data: { a: 1 }, id: 'first' },
    { type: 'log', name: 'recorder', data: { a: 1 }, id: 'second' },
  ]
  let starts = 0
  const start = (): Spawned => {
    const end = starts++ === 0 ? 'process.exit(7)' : 'process.stdin.resume()'
    const settled = { type: 'settled', state: 'finished', callbacks: [], deliveries: [] }
    const text = [...lines, ...(starts > 1 ? [settled] : [])].map((line) => JSON.stringify(line)).join('\n')
    const says = `process.stdout.write(${JSON.stringify(`${text}\n`)}, () => ${end})`
    const background = spawn(process.execPath, ['-e', says], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { acts, finish } = supervise({ name: 'recorder', start })
  await finish()
  expect(starts).toBe(2)
  expect(acts).toEqual([
    ['log', 'recorder', { a: 1 }, undefined],
    ['log', 'recorder', { a: 1 }, undefined],
  ])
})

test('messages of callbacks that do not live in the background process are not taken for real', async () => {
  const lines = [
    { type: 'up' },
    { type: 'log', name: 'other', data: { a: 1 } },
    { type: 'stop', name: 'other', reason: 'why not' },
    { type: 'alert', name: 'recorder', alert: { title: 'no id', time: 1 } },
    { type: 'alert', name: 'recorder', alert: { title: 5, time: 1, id: 'x' } },
    { type: 'log', name: 'recorder', data: { a: 1, odd: 'NaN' }, step: 2 },
    { type: 'stop', name: 'recorder', reason: 'enough' },
    { type: 'alert', name: 'recorder', alert: { title: 'look', time: 1, id: 'x', text: '', level: 'info' } },
    { type: 'settled', state: 'finished', callbacks: [], deliveries: [] },
  ]
  const start = (): Spawned => {
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    const says = `process.stdout.write(${JSON.stringify(`${text}\n`)}); process.stdin.resume()`
    const background = spawn(process.execPath, ['-e', says], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { acts, finish } = supervise({ name: 'recorder', start })
  await finish()
  expect(acts).toEqual([
    ['log', 'recorder', { a: 1, odd: 'NaN' }, 2],
    ['stop', 'recorder', 'enough'],
    ['alert', 'recorder', 'look', 'string'],
  ])
})
