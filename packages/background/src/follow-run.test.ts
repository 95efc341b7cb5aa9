import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JOURNAL_FILE, thisProcess } from '@swanlab/journal/internal'
import { followRun, type Channel } from './follow-run.ts'
import type { IpcMessage } from './ipc-messages.ts'
import { OutboxFiles } from './outbox-files.ts'
import { sampleRun } from '@swanlab/core/testing'

// A callback that writes down what its context says, and does what the test wants of it.
const MODULE = `
import { appendFileSync } from 'node:fs'
export const probe = ({ file, how }) => {
  const note = (text) => appendFileSync(file, text + '\\n')
  return {
    name: 'probe',
    onInit: (_, { place, redelivered }) => {
      note('init ' + place + ' ' + redelivered)
      if (how === 'refuse') throw new Error('not me')
      return { id: 'changed' }
    },
    onRun: ({ id }, context) => {
      note('run ' + (id === 'changed') + ' ' + context.dir)
      if (how === 'work') context.waitUntil(new Promise((resolve) => context.signal.addEventListener('abort', () => {
        note('aborted')
        resolve()
      })))
      if (how === 'short work') context.waitUntil(new Promise((resolve) => setTimeout(() => {
        note('worked')
        resolve()
      }, 50)))
    },
    onLog: ({ step }, context) => {
      context.log({ doubled: 2 * step })
      context.log({ doubled: 2 * step })
    },
    send: (message) => Promise.resolve(note('sent ' + JSON.stringify(message))),
    onStop: ({ state }, context) => {
      note('stop ' + state)
      context.deliver({ text: state }, { key: 'end' })
      context.deliver({ text: state }, { key: 'end' })
    },
    onClose: () => note('close'),
  }
}`

let logdir: string
let dir: string
let file: string
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'follow-run-'))
  dir = join(logdir, 'run-1')
  file = join(logdir, 'notes')
  mkdirSync(dir)
  writeFileSync(join(logdir, 'module.mjs'), MODULE)
  write({ type: 'header', format: 1, time: 1_000, run: sampleRun(), process: thisProcess() })
})
afterEach(() => rmSync(logdir, { recursive: true, force: true }))

const write = (...records: object[]): void =>
  appendFileSync(join(dir, JOURNAL_FILE), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
const row = (step: number): object => ({ type: 'log', step, time: 1_001, data: { loss: 1 } })
const END = { type: 'finish', time: 2_000, state: 'finished', duration: 1_000, steps: 1, lastStep: 0, losses: {} }
const notes = (): string[] => readFileSync(file, 'utf8').trim().split('\n')

/** Follows the run as the background process does, in this process. */
function follow({ how = '', redelivered = false } = {}) {
  const messages: IpcMessage[] = []
  const reports: string[] = []
  let wake = (): void => {}
  const channel: { -readonly [K in keyof Channel]: Channel[K] } = {
    closed: false,
    ready: true,
    end: undefined,
    onInput: (listener) => (wake = listener),
    send: (message) => messages.push(message),
  }
  const stop = new AbortController()
  const resident = { module: pathToFileURL(join(logdir, 'module.mjs')).href, export: 'probe', options: { file, how } }
  const order = {
    dir,
    cwd: dir,
    from: 0,
    callbacks: [{ name: 'probe', resident }],
    callbackTimeout: 1_000,
    blockedLimit: 60_000,
    training: thisProcess(),
    heapLimit: 2 ** 30,
    redelivered,
  }
  const report = (level: string, text: string): void => void reports.push(`${level} ${text}`)
  const over = followRun(order, channel, report, stop.signal)
  const close = (): void => {
    Object.assign(channel, { closed: true, ready: false })
    wake()
  }
  return { channel, close, messages, over, reports, stop }
}

test('a rebuilt callback gets onInit in its place, and its answer changes nothing', async () => {
  write(END)
  await follow().over
  expect(notes()).toEqual([
    'init resident false',
    `run false ${dir}`,
    'stop finished',
    'sent {"text":"finished"}',
    'close',
  ])
})

test('one that refuses is reported, and is driven all the same: the run has long begun', async () => {
  write(END)
  const { over, reports } = follow({ how: 'refuse', redelivered: true })
  await over
  expect(notes()).toContain('init resident true')
  expect(notes()).toContain('stop finished')
  expect(reports).toEqual(['error Callback "probe" failed in onInit: not me'])
})

test('what it delivers is kept in files, once a key', async () => {
  write(END)
  await follow().over
  expect(new OutboxFiles(dir).load()).toMatchObject([{ key: '0 end probe', channel: 'probe', state: 'sent' }])
})

test('what it logs is sent to the training while that lives, and reported once when it is gone', async () => {
  write(row(0))
  const { close, messages, over, reports } = follow()
  await expect.poll(() => messages.filter(({ type }) => type === 'log')).toHaveLength(2)
  const id = expect.any(String) as string
  expect(messages).toContainEqual({ type: 'log', name: 'probe', data: { doubled: 0 }, step: undefined, id })
  close()
  write(row(1), END)
  await over
  expect(messages.filter(({ type }) => type === 'log')).toHaveLength(2)
  expect(reports).toEqual(['warn What callback "probe" logs is not recorded: the training is gone.'])
})

test('work that it asked to be waited for is waited for, and named meanwhile', async () => {
  write(END)
  const { messages, over } = follow({ how: 'short work' })
  await over
  expect(notes()).toContain('worked')
  expect(messages.filter(({ type }) => type === 'awaited')).toMatchObject([{ names: ['probe'] }])
  expect(messages.at(-1)).toMatchObject({ type: 'settled', state: 'finished' })
})

test('its signal aborts when the process is asked to stop, while the training lives and when it has ended', async () => {
  const living = follow({ how: 'work' })
  await expect.poll(() => notes().length).toBe(2)
  living.stop.abort()
  await living.over
  expect(notes().slice(2)).toEqual(['aborted', 'close'])
  write(END)
  const ended = follow({ how: 'work' })
  await expect.poll(() => ended.messages.some(({ type }) => type === 'awaited')).toBe(true)
  ended.stop.abort()
  await ended.over
  expect(notes().slice(-2)).toEqual(['aborted', 'close'])
})
