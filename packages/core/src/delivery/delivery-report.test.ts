import { expect, test } from 'vitest'
import { deliveryReport } from './delivery-report.ts'
import type { Delivery } from './outbox.ts'

const sent: Delivery = { channel: 'mail', event: 'ended', state: 'sent', attempts: 1, took: 312 }

test('a channel gets one line', () => {
  const retried: Delivery = { ...sent, event: 'alert-1', attempts: 3, took: 4_100 }
  expect(deliveryReport([sent, retried])).toEqual([{ level: 'info', message: 'mail: 2 sent, 1 retried (4.1 s)' }])
})

test('what was not delivered is a warning, with its reason', () => {
  const waiting: Delivery = { ...sent, channel: 'slack', state: 'waiting', reason: 'no answer' }
  const lost: Delivery = { ...sent, channel: 'push', state: 'given up', reason: 'refused' }
  expect(deliveryReport([sent, waiting, lost])).toEqual([
    { level: 'info', message: 'mail: 1 sent (0.3 s)' },
    { level: 'warn', message: 'slack: 1 waiting; tried again for up to an hour (0.3 s). no answer' },
    { level: 'warn', message: 'push: 1 given up (0.3 s). refused' },
  ])
})

test('without deliveries there is nothing to report', () => {
  expect(deliveryReport([])).toEqual([])
})
