import { expect, test } from 'vitest'
import type { Send } from './delivery-attempt.ts'
import { DeliveryError } from './delivery-error.ts'
import { Outbox } from './outbox.ts'

/** Delivers these events to a receiver; the run ends when all are handed over, and the first has been tried. */
async function deliveryOf(events: readonly string[], send: Send): Promise<{ outbox: Outbox; reports: string[] }> {
  const reports: string[] = []
  const report = (level: string, message: string): void => void (level === 'error' && reports.push(message))
  const outbox = new Outbox({ part: '', budget: 400, attemptTime: 200, firstPause: 1, report })
  const channel = outbox.channel('mail', send)
  for (const event of events) {
    channel.post(event, { event })
    await new Promise((resolve) => setImmediate(resolve))
  }
  outbox.runEnded()
  await outbox.settled()
  return { outbox, reports }
}

const failing =
  (taken: unknown[], fail: () => Promise<void>): Send =>
  async (message) => {
    const { event } = message as { event: string }
    if (event !== 'ended') await fail()
    taken.push(event)
  }

test('while a receiver hangs, the message about the end is tried before further alerts', async () => {
  const taken: unknown[] = []
  const hang = (): Promise<void> => new Promise(() => {})
  const { outbox, reports } = await deliveryOf(['alert-1', 'alert-2', 'alert-3', 'ended'], failing(taken, hang))
  expect(taken).toEqual(['ended'])
  expect(outbox.deliveries().map(({ state }) => state)).toEqual(['given up', 'given up', 'given up', 'sent'])
  expect(reports).toHaveLength(3)
})

test('when the time is over in the middle of an attempt, the reason is that of the attempt before', async () => {
  const outbox = new Outbox({ part: '', budget: 100, firstPause: 1, report: () => {} })
  let attempts = 0
  const send = (): Promise<void> => (++attempts === 1 ? Promise.reject(new Error('busy')) : new Promise(() => {}))
  outbox.runEnded()
  outbox.channel('mail', send).post('ended', null)
  await outbox.settled()
  expect(outbox.deliveries()).toMatchObject([
    { state: 'given up', attempts: 2, reason: 'busy (the time for delivery is over)' },
  ])
})

test('what would be tried again only when the time is over is given up at the end, without waiting', async () => {
  const taken: unknown[] = []
  const later = (): Promise<void> => Promise.reject(new DeliveryError('slow down', { retryAfter: 60_000 }))
  const { outbox, reports } = await deliveryOf(['alert-1', 'alert-2', 'ended'], failing(taken, later))
  expect(outbox.busy()).toEqual([])
  expect(reports.toSorted()).toEqual([
    'mail: alert 1 was not delivered: slow down (the time for delivery is over)',
    'mail: alert 2 was not delivered: the time for delivery is over',
  ])
  // One attempt more than the receiver wanted, instead of silence about the end.
  expect(taken).toEqual(['ended'])
})
