import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryReport } from '../../packages/core/src/delivery/delivery-report.ts'
import type { OutboxItem } from '../../packages/core/src/delivery/outbox-item.ts'
import { unusedPort } from '../../packages/core/src/kernel/testing/port.ts'
import { Outbox } from '../../packages/core/src/delivery/outbox.ts'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { contextOf } from '../../packages/notification/src/testing/deliver.ts'
import { sampleOutcome } from '@swanlab/core/testing'
import {
  answer,
  HTTP_FAULTS,
  startHttp,
  startSmtp,
  type Endpoint,
  type HttpFault,
  type SmtpFault,
} from './endpoints.ts'

// The outbox of the background process with real notifiers and real receivers; only its pauses are short.
/** Enough for an honest attempt on a busy machine, in milliseconds. */
const ATTEMPT_TIME = 2_000

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'delivery-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Kind = 'mail' | 'slack'

function notifier(kind: Kind, port: number): EmailCallback | SlackCallback {
  if (kind === 'slack') return new SlackCallback({ name: kind, webhookUrl: `http://127.0.0.1:${port}/services/SECRET` })
  const [senderEmail, receiverEmail] = ['training@example.com', 'you@example.com']
  return new EmailCallback({
    name: kind,
    senderEmail,
    receiverEmail,
    smtpServer: '127.0.0.1',
    port,
    password: 'SECRET',
  })
}

interface Delivered {
  readonly item: OutboxItem
  readonly report: string
  readonly took: number
}

/** Delivers the news of one end. */
async function deliver(
  kind: Kind,
  port: number,
  { budget = 60_000, onFailure = () => {} }: { budget?: number; onFailure?: () => void } = {},
): Promise<Delivered> {
  const dir = mkdtempSync(join(folder, 'run-'))
  const store = new OutboxFiles(dir)
  const reports: string[] = []
  const outbox = new Outbox({
    store,
    part: '0',
    budget,
    firstPause: 40,
    attemptTime: ATTEMPT_TIME,
    report: (level, message) => {
      reports.push(message)
      if (level === 'debug') onFailure()
    },
  })
  const callback = notifier(kind, port)
  const context = contextOf(callback, outbox)
  outbox.runEnded()
  const start = performance.now()
  callback.onStop(sampleOutcome(), context)
  // Told again, as after a restart: it is the same news.
  callback.onStop(sampleOutcome(), context)
  await outbox.settled()
  const took = performance.now() - start
  // What was sent by a request that we took for lost arrives by now.
  await sleep(50)
  const [item, ...others] = store.load()
  expect(others).toEqual([])
  const [line] = deliveryReport(outbox.deliveries())
  expect(`${reports.join()} ${line!.message} ${JSON.stringify(item)}`).not.toContain('SECRET')
  return { item: item!, report: line!.message, took }
}

async function isDeliveredOnce(kind: Kind, endpoint: Endpoint, attempts: number): Promise<Delivered> {
  const delivered = await deliver(kind, endpoint.port)
  expect(delivered.item).toMatchObject({ state: 'sent', attempts })
  expect(endpoint.taken).toHaveLength(1)
  expect(endpoint.attempts()).toBe(attempts)
  expect(delivered.report).toMatch(attempts === 1 ? `${kind}: 1 sent (` : `${kind}: 1 sent, 1 retried (`)
  await endpoint.close()
  return delivered
}

async function isDeadLetter(kind: Kind, endpoint: Endpoint, reason: string): Promise<void> {
  const { item, report } = await deliver(kind, endpoint.port)
  expect(item).toMatchObject({ state: 'given up', attempts: 1, reason: expect.stringContaining(reason) as string })
  expect(report).toContain(reason)
  expect(report).toMatch(`${kind}: 1 given up`)
  expect(endpoint.taken).toEqual([])
  expect(endpoint.attempts()).toBe(1)
  await endpoint.close()
}

describe.each(['mail', 'slack'] as const)('%s', (kind) => {
  test.concurrent('nobody listens for a while, and then somebody does', async () => {
    const port = await unusedPort()
    let opened: Promise<Endpoint> | undefined
    const onFailure = (): void => void (opened ??= kind === 'mail' ? startSmtp([], port) : startHttp([], port))
    const { item } = await deliver(kind, port, { onFailure })
    const endpoint = await opened!
    expect(item.state).toBe('sent')
    expect(item.attempts).toBeGreaterThan(1)
    expect(item.reason).toContain('ECONNREFUSED')
    expect(endpoint.taken).toHaveLength(1)
    await endpoint.close()
  })

  test.concurrent('it never comes back: given up when the time is over, with the reason', async () => {
    const { item, report, took } = await deliver(kind, await unusedPort(), { budget: ATTEMPT_TIME })
    expect(item).toMatchObject({ state: 'given up', reason: expect.stringContaining('ECONNREFUSED') as string })
    expect(report).toContain('the time for delivery is over')
    expect(took).toBeLessThan(10_000)
  })
})

describe('HTTP', () => {
  test.concurrent.each([500, 502, 503, 504, 408, 425, 429])('%d, twice: tried again', async (status) => {
    await isDeliveredOnce('slack', await startHttp([answer(status), answer(status)]), 3)
  })

  test.concurrent.each([400, 403, 404, 410])('%d: refused for good', async (status) => {
    await isDeadLetter('slack', await startHttp([answer(status)]), `Slack answered ${status}`)
  })

  test.concurrent.each([429, 503])('%d with Retry-After: not before that', async (status) => {
    const endpoint = await startHttp([answer(status, { 'retry-after': '1' })])
    expect((await isDeliveredOnce('slack', endpoint, 2)).took).toBeGreaterThan(950)
  })

  test.concurrent.each(Object.entries<HttpFault>(HTTP_FAULTS))('%s', async (name, fault) => {
    const attempts = name.includes('yes') ? 1 : 2
    await isDeliveredOnce('slack', await startHttp([fault]), attempts)
  })
})

describe('SMTP', () => {
  test.concurrent.each<[string, SmtpFault]>([
    ['421 when it is called', { at: 'connect', code: 421 }],
    ['450 for the receiver (greylisting)', { at: 'receiver', code: 450 }],
    ['421 for the receiver', { at: 'receiver', code: 421 }],
    ['451 for the mail', { at: 'mail', code: 451 }],
    ['421 for the mail', { at: 'mail', code: 421 }],
    ['a reset at once', { break: 'at once' }],
    ['a reset in the greeting', { break: 'in the greeting' }],
    ['silence', { silent: 'at once' }],
  ])('%s: tried again', async (_, fault) => {
    await isDeliveredOnce('mail', await startSmtp([fault]), 2)
  })

  test.concurrent.each<[string, SmtpFault]>([
    ['550', { at: 'receiver', code: 550 }],
    ['554', { at: 'connect', code: 554 }],
    ['554', { at: 'mail', code: 554 }],
    ['552', { at: 'mail', code: 552 }],
  ])('%s: refused for good (%j)', async (code, fault) => {
    await isDeadLetter('mail', await startSmtp([fault]), code)
  })

  test.concurrent('a reset after its yes: that was a yes', async () => {
    await isDeliveredOnce('mail', await startSmtp([{ break: 'after the answer to the mail' }]), 1)
  })

  // Whether the server has it cannot be known. It comes with the same id, so that mail programs show it once.
  const lost: readonly SmtpFault[] = [{ break: 'in the answer to the mail' }, { silent: 'after the mail' }]
  test.concurrent.each(lost)('an answer that does not arrive: sent once more (%j)', async (fault) => {
    const endpoint = await startSmtp([fault])
    const { item } = await deliver('mail', endpoint.port)
    expect(item).toMatchObject({ state: 'sent', attempts: 2 })
    expect(new Set(endpoint.taken).size).toBe(1)
    await endpoint.close()
  })

  test.concurrent.each(lost)('answers that never arrive: two copies at most, and it says so (%j)', async (fault) => {
    const endpoint = await startSmtp(Array.from({ length: 20 }, () => fault))
    const { item, report } = await deliver('mail', endpoint.port)
    expect(item).toMatchObject({ state: 'given up', attempts: 2, uncertain: 2 })
    expect(report).toContain('it may have arrived')
    expect(endpoint.taken.length).toBeLessThanOrEqual(2)
    await endpoint.close()
  })

  test.concurrent('what fails before the server has the whole mail does not count as a copy', async () => {
    const early = { break: 'in the greeting' } as const
    const endpoint = await startSmtp([early, early, lost[0]!, { at: 'mail', code: 451 }, early])
    await deliver('mail', endpoint.port)
    expect(endpoint.attempts()).toBe(6)
    expect(endpoint.taken).toHaveLength(2)
    await endpoint.close()
  })
})
