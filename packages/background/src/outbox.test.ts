import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Outbox, type OutboxOptions, type Send } from '@swanlab/core/internal'
import { OutboxFiles } from './outbox-files.ts'

let dir: string
let reports: string[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outbox-'))
  reports = []
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function outboxOf(options: Partial<OutboxOptions> = {}): Outbox {
  return new Outbox({
    store: new OutboxFiles(dir),
    part: '0',
    budget: 60_000,
    report: (level, message) => reports.push(`${level} ${message}`),
    random: () => 0,
    firstPause: 2,
    ...options,
  })
}

const note = { id: 'x', event: 'ended', subject: 'it is over' }

/** Fails as scripted, then takes everything. */
function receiver(...failures: readonly unknown[]): { send: Send; taken: unknown[]; attempts: () => number } {
  const taken: unknown[] = []
  let attempts = 0
  return {
    taken,
    attempts: () => attempts,
    send: (notification) => {
      const failure = failures[attempts++]
      if (failure !== undefined) return Promise.reject(failure)
      taken.push(notification)
      return Promise.resolve()
    },
  }
}

test('a notification is on disk before its first attempt', async () => {
  const outbox = outboxOf()
  let onDisk: string[] = []
  const channel = outbox.channel('mail', () => {
    onDisk = readdirSync(join(dir, 'outbox'))
    return Promise.resolve()
  })
  channel.post('ended', note)
  await outbox.settled()
  expect(onDisk).toHaveLength(1)
  expect(outbox.deliveries()).toMatchObject([{ channel: 'mail', event: 'ended', state: 'sent', attempts: 1 }])
})

test('the same event is delivered once, however often it is posted', async () => {
  const { send, taken } = receiver()
  const outbox = outboxOf()
  const channel = outbox.channel('mail', send)
  channel.post('ended', note)
  channel.post('ended', note)
  await outbox.settled()
  channel.post('ended', note)
  await outbox.settled()
  expect(taken).toHaveLength(1)
})

test('a transient failure is tried again', async () => {
  const { send, taken } = receiver(new Error('busy'), new Error('busy'))
  const outbox = outboxOf()
  outbox.channel('mail', send).post('ended', note)
  await outbox.settled()
  expect(taken).toHaveLength(1)
  expect(outbox.deliveries()).toMatchObject([{ state: 'sent', attempts: 3 }])
})

test('a permanent refusal is not tried again, and its reason is kept', async () => {
  const { send, attempts } = receiver(Object.assign(new Error('no such receiver'), { permanent: true }))
  const outbox = outboxOf()
  outbox.channel('mail', send).post('ended', note)
  await outbox.settled()
  expect(attempts()).toBe(1)
  expect(outbox.deliveries()).toMatchObject([{ state: 'given up', reason: 'no such receiver' }])
  expect(reports).toEqual(['error mail: the message about the end was not delivered: no such receiver'])
})

test('Retry-After is respected', async () => {
  const times: number[] = []
  const { send } = receiver(Object.assign(new Error('slow down'), { retryAfter: 120 }))
  const outbox = outboxOf()
  const timed: Send = (notification, context) => {
    times.push(performance.now())
    return send(notification, context)
  }
  outbox.channel('mail', timed).post('ended', note)
  await outbox.settled()
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(115)
})

test('when the time is over, the notification is given up with its reason', async () => {
  const { send } = receiver(...Array.from({ length: 100 }, () => new Error('still busy')))
  let now = 0
  const outbox = outboxOf({ budget: 30, clock: () => (now += 5) })
  outbox.runEnded()
  outbox.channel('mail', send).post('ended', note)
  await outbox.settled()
  expect(outbox.deliveries()).toMatchObject([
    { state: 'given up', reason: 'still busy (the time for delivery is over)' },
  ])
})

test('a slow channel does not hold up another', async () => {
  const slow = outboxOf()
  const { send, taken } = receiver()
  slow.channel('slow', () => new Promise(() => {})).post('ended', note)
  slow.channel('quick', send).post('ended', note)
  await slow.settled('quick')
  expect(taken).toHaveLength(1)
  expect(slow.busy()).toEqual(['slow'])
  slow.stop()
})

describe('another process', () => {
  test('goes on with what waits, and does not repeat what was sent', async () => {
    const first = outboxOf({ firstPause: 200 })
    const mail = receiver()
    const slack = receiver(new Error('down'))
    first.channel('mail', mail.send).post('ended', note)
    first.channel('slack', slack.send).post('ended', note)
    await first.tried()
    first.stop()

    const second = outboxOf()
    second.channel('mail', mail.send).post('ended', note)
    second.channel('slack', slack.send).post('ended', note)
    await second.settled()
    expect(mail.taken).toHaveLength(1)
    expect(slack.taken).toEqual([note])
  })

  test('an earlier part of the run has messages of its own', async () => {
    const { send, taken } = receiver()
    const first = outboxOf()
    first.channel('mail', send).post('ended', note)
    await first.settled()
    const second = outboxOf({ part: '4711' })
    second.channel('mail', send).post('ended', note)
    await second.settled()
    expect(taken).toHaveLength(2)
  })

  test('a damaged file is left alone', async () => {
    const { send, taken } = receiver()
    const first = outboxOf()
    first.channel('mail', send).post('ended', note)
    await first.settled()
    const [file] = readdirSync(join(dir, 'outbox'))
    writeFileSync(join(dir, 'outbox', 'other.json'), '{"key": "half a fi')
    const second = outboxOf()
    second.channel('mail', send).post('ended', note)
    await second.settled()
    expect(taken).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(dir, 'outbox', file!), 'utf8'))).toMatchObject({ state: 'sent' })
  })
})

test('a run folder that was deleted stays deleted, and delivery goes on', async () => {
  const { send, taken } = receiver()
  const outbox = outboxOf()
  rmSync(dir, { recursive: true })
  outbox.channel('mail', send).post('ended', note)
  await outbox.settled()
  expect(taken).toHaveLength(1)
  expect(() => readdirSync(dir)).toThrow('ENOENT')
})

describe('a receiver’s channel', () => {
  /** Takes each after a moment, and knows how many were on their way at once. */
  function crowded(ms: number): { send: Send; most: () => number; taken: unknown[] } {
    const taken: unknown[] = []
    let now = 0
    let most = 0
    return {
      taken,
      most: () => most,
      send: async (notification) => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, ms))
        now--
        taken.push(notification)
      },
    }
  }

  test('gets one notification at a time, in their order', async () => {
    const { send, most, taken } = crowded(1)
    const outbox = outboxOf()
    const channel = outbox.channel('mail', send)
    const notes = Array.from({ length: 20 }, (_, i) => ({ ...note, id: String(i) }))
    notes.forEach((each, i) => channel.post(`alert-${i}`, each))
    expect(outbox.untried()).toEqual(['mail'])
    await outbox.tried('mail')
    expect(most()).toBe(1)
    expect(taken).toEqual(notes)
    expect(outbox.untried()).toEqual([])
  })

  test('that asked for a pause (retryAfter) gets it, for every notification', async () => {
    const { send, attempts } = receiver(Object.assign(new Error('slow down'), { retryAfter: 100 }))
    const outbox = outboxOf()
    const channel = outbox.channel('mail', send)
    const start = performance.now()
    channel.post('alert-1', note)
    channel.post('ended', note)
    await outbox.tried()
    expect(attempts()).toBe(1)
    await outbox.settled()
    expect(attempts()).toBe(3)
    expect(performance.now() - start).toBeGreaterThanOrEqual(95)
  })

  test('that asks for a year is tried again within a quarter of an hour', async () => {
    const { send, attempts } = receiver(Object.assign(new Error('slow down'), { retryAfter: 365 * 86_400_000 }))
    const outbox = outboxOf({ clock: () => 1_000, budget: 3_600_000 })
    outbox.runEnded()
    outbox.channel('mail', send).post('ended', note)
    await outbox.tried()
    expect(attempts()).toBe(1)
    expect(new OutboxFiles(dir).load()).toMatchObject([{ state: 'waiting', nextTry: 901_000 }])
    outbox.stop()
  })

  test('that hangs over each of many notifications does not outlast the budget', async () => {
    let attempts = 0
    const outbox = outboxOf({ budget: 60, attemptTime: 40 })
    const channel = outbox.channel('mail', () => {
      attempts++
      return new Promise(() => {})
    })
    for (let i = 0; i < 50; i++) channel.post(`alert-${i}`, note)
    outbox.runEnded()
    await outbox.settled()
    expect(attempts).toBeLessThan(4)
    expect(new Set(outbox.deliveries().map(({ state }) => state))).toEqual(new Set(['given up']))
    expect(outbox.deliveries().at(-1)).toMatchObject({ attempts: 0, reason: 'the time for delivery is over' })
  })
})

test('waiting for first attempts does not wait for further ones', async () => {
  const outbox = outboxOf({ attemptTime: 20, firstPause: 1 })
  for (const name of ['a', 'b', 'c']) outbox.channel(name, () => new Promise(() => {})).post('ended', note)
  // Without end, if it waited for the notifications to arrive.
  await outbox.tried()
  expect(outbox.untried()).toEqual([])
  outbox.stop()
})

test('a flood of alerts is bounded and reported once, and the message about the end is not lost in it', async () => {
  const { send, taken } = receiver()
  const outbox = outboxOf({ store: { load: () => [], save: () => {} } })
  const channel = outbox.channel('mail', send)
  for (let i = 0; i < 2_000; i++) channel.post(`alert-${i}`, note)
  channel.post('ended', note)
  await outbox.settled()
  expect(taken).toHaveLength(1_001)
  expect(outbox.deliveries().at(-1)).toMatchObject({ event: 'ended', state: 'sent' })
  expect(reports).toEqual([
    'error More than 1000 notifications in one run: further ones are dropped, except for the message about its end.',
  ])
})
