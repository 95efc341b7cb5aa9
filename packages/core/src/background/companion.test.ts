import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Contexts } from '../kernel/context.ts'
import { Guard } from '../kernel/guard.ts'
import { attach, createHooks } from '../kernel/hooks.ts'
import type { Outcome, RunInfo } from '../kernel/payloads.ts'
import { sampleOutcome, sampleRun } from '../notification/testing/samples.ts'
import { JOURNAL_FILE } from '../journal/records.ts'
import { readMark } from '../journal/running.ts'
import { thisProcess } from '../runtime/process-identity.ts'
import { companion } from './companion.ts'
import { OutboxStore } from './outbox-store.ts'
import type { BackgroundProcess, Spawned } from './spawn.ts'

// A callback that writes down what it hears, and a notifier whose receiver is out of order.
const MODULE = `
import { appendFileSync } from 'node:fs'
export const recorder = ({ file }) => ({
  name: 'recorder',
  onAlert: ({ title }) => appendFileSync(file, title + '\\n'),
  onStop: ({ state, steps }) => appendFileSync(file, state + ' ' + steps + '\\n'),
})
export const notifier = ({ file }) => {
  let mailbox
  return {
    name: 'notifier',
    useMailbox: (given) => (mailbox = given),
    onAlert: ({ title }) => appendFileSync(file, title + '\\n'),
    send: () => Promise.reject(new Error('the line is dead')),
    onStop: () => mailbox.post('ended', {}),
  }
}`

/** For what comes when it comes, however busy the machine. */
const PATIENCE = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000 })

let logdir: string
let dir: string
let heard: string
let run: RunInfo
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'companion-'))
  dir = join(logdir, 'run-1')
  heard = join(logdir, 'heard')
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

/** A run with a companion. @returns what the user is told, and what ends the run. */
async function accompany(how: { name: string; start: () => Spawned; finishTimeout?: number; startTimeout?: number }) {
  const messages: string[] = []
  const report = (level: string, message: string): void =>
    void (level !== 'debug' && !message.startsWith('Waiting for ') && messages.push(message))
  const guard = new Guard({ report, timeout: 5_000 })
  const hooks = createHooks(guard, report)
  const resident = {
    module: pathToFileURL(join(logdir, 'module.mjs')).href,
    export: how.name,
    options: { file: heard },
  }
  const callback = companion({
    callbacks: [{ name: how.name, resident }],
    callbackTimeout: 1_000,
    finishTimeout: how.finishTimeout ?? PATIENCE.timeout,
    from: () => 0,
    run: { raise: () => {}, count: () => {} },
    report,
    terminal: false,
    spawn: how.start,
    startTimeout: how.startTimeout ?? PATIENCE.timeout,
  })
  guard.enroll(callback, { essential: false })
  attach(hooks, callback, new Contexts({ place: 'live', report, clock: Date.now }))
  await hooks.run.promise(run)
  const outcome: Outcome = { ...sampleOutcome({ run }), steps: 1, lastStep: 0 }
  return { messages, finish: () => hooks.finish.promise(outcome) }
}

const refused = (): Spawned => {
  throw new Error('EAGAIN')
}

test('where no process can be started, the callbacks hear the run in the training process', async () => {
  const { messages, finish } = await accompany({ name: 'recorder', start: refused })
  expect(messages).toEqual([
    'No background process could be started (EAGAIN); recorder: in the training process. If that crashes, nothing is sent before the next init in the same logdir.',
  ])
  expect(marked()).toBe(true)
  await expect.poll(() => existsSync(heard) && readFileSync(heard, 'utf8'), PATIENCE).toBe('look\n')
  await finish()
  expect(readFileSync(heard, 'utf8')).toBe('look\nfinished 1\n')
  expect(messages).toHaveLength(1)
  await expect.poll(marked, PATIENCE).toBe(false)
})

test('a background process that hangs before it has begun is ended, and does not cost the callbacks the run', async () => {
  let hanging: BackgroundProcess | undefined
  const start = (): Spawned => {
    hanging = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background: hanging, dismiss: () => {} }
  }
  const { messages, finish } = await accompany({ name: 'recorder', start, startTimeout: 50 })
  await finish()
  expect(messages[0]).toMatch(/^No background process could be started \(it was not up within 0\.05 s\); recorder: /)
  expect(messages).toHaveLength(1)
  expect(readFileSync(heard, 'utf8')).toBe('look\nfinished 1\n')
  await expect.poll(() => hanging?.signalCode, PATIENCE).toBe('SIGKILL')
})

test('one that dies before it is up is started once more, and no third time', async () => {
  let starts = 0
  const start = (): Spawned => {
    starts++
    const background = spawn(process.execPath, ['-e', 'process.exit(3)'], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { messages, finish } = await accompany({ name: 'recorder', start })
  await finish()
  expect(starts).toBe(2)
  expect(messages).toEqual([
    'The background process is gone (it ended with 3); starting it again.',
    expect.stringMatching(/^No background process could be started \(it ended with 3\); recorder: /),
  ])
  expect(readFileSync(heard, 'utf8')).toBe('look\nfinished 1\n')
})

test('one that has been up was ended by a callback, which is not let into the training', async () => {
  const start = (): Spawned => {
    const says = `process.stdout.write('\\n{"type":"up"}\\n', () => process.exit(7))`
    const background = spawn(process.execPath, ['-e', says], { stdio: ['pipe', 'pipe', 'ignore'] })
    return { background, dismiss: () => {} }
  }
  const { messages, finish } = await accompany({ name: 'recorder', start })
  await finish()
  expect(messages).toEqual([
    'The background process is gone (it ended with 7); starting it again.',
    'The background process is gone again (it ended with 7); recorder will not hear this run before the next init in the same logdir.',
  ])
  expect(existsSync(heard)).toBe(false)
  expect(marked()).toBe(true)
})

test('what cannot be delivered in time is left for the next init', async () => {
  const { messages, finish } = await accompany({ name: 'notifier', start: refused, finishTimeout: 300 })
  await expect.poll(() => existsSync(heard), PATIENCE).toBe(true)
  await finish()
  expect(messages.at(-1)).toBe(
    'Not done within 0.3 s: notifier; what is left waits for the next init in the same logdir.',
  )
  expect(new OutboxStore(dir).load()).toMatchObject([{ channel: 'notifier', state: 'waiting', attempts: 1 }])
  expect(marked()).toBe(true)
})
