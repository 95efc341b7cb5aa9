import { beforeEach, expect, it, test } from 'vitest'
import { CloudError } from './cloud-error.ts'
import { UploadStopped, RetryPolicy } from './retry-policy.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const down = new CloudError('x: the connection was refused')
let now: number
let messages: string[]
let retry: RetryPolicy

function policy(afterEnd?: number): RetryPolicy {
  const report = (level: string, message: string): void => void messages.push(`${level} ${message}`)
  return new RetryPolicy({ clock: () => now, random: () => 0.5, report, firstPause: 1, afterEnd })
}

beforeEach(() => {
  now = 1_000_000
  messages = []
  retry = policy()
})

it('retries for a week of an outage while the run lives, and not longer', async () => {
  await retry.pause('scalars', 1, down)
  now += 7 * DAY - 10
  await retry.pause('scalars', 1, down)
  now += 10
  await expect(retry.pause('scalars', 1, down)).rejects.toThrow(UploadStopped)
})

it('counts an outage from the last time that every stream succeeded', async () => {
  await retry.pause('scalars', 1, down)
  await retry.pause('log', 1, down)
  now += 6 * DAY
  retry.succeeded('scalars')
  now += 2 * DAY
  await expect(retry.pause('log', 1, down)).rejects.toThrow(UploadStopped)
  retry.succeeded('log')
  await retry.pause('log', 1, down)
})

test.each([
  [undefined, HOUR],
  [500, 500],
])('with afterEnd %s retries for %i ms after the end', async (afterEnd, time) => {
  retry = policy(afterEnd)
  retry.runEnded(now)
  now += time - 2
  await retry.pause('scalars', 1, down)
  now += 2
  const over = retry.pause('scalars', 1, down)
  await expect(over).rejects.toThrow('the connection was refused')
  await expect(over).rejects.toMatchObject({ name: 'UploadStopped', cause: down })
})

it('gives up when Retry-After lies behind the deadline', async () => {
  retry.runEnded(now)
  const later = new CloudError('x: 503', { status: 503, retryAfter: 2 * HOUR })
  await expect(retry.pause('scalars', 1, later)).rejects.toThrow(UploadStopped)
})

it('waits as long as Retry-After says', async () => {
  const begun = performance.now()
  await retry.pause('scalars', 1, new CloudError('x: 429', { status: 429, retryAfter: 60 }))
  expect(performance.now() - begun).toBeGreaterThan(55)
})

it('reports an outage throttled, and its end', async () => {
  for (let attempts = 1; attempts < 4; attempts++) await retry.pause('scalars', attempts, down)
  expect(messages).toEqual([
    'warn Uploading waits (x: the connection was refused) and is tried again; everything is recorded here.',
  ])
  now += 300_001
  await retry.pause('scalars', 2, down)
  expect(messages).toHaveLength(2)
  retry.succeeded('scalars')
  expect(messages.at(-1)).toBe('info Uploading goes on.')
})

it('reports nothing when the first retry succeeds', async () => {
  await retry.pause('scalars', 1, down)
  retry.succeeded('scalars')
  expect(messages).toEqual([])
})

it('stop() ends a pause', async () => {
  const waiting = retry.pause('scalars', 1, new CloudError('x: 429', { status: 429, retryAfter: HOUR }))
  retry.stop()
  await expect(waiting).rejects.toThrow('told to stop')
  await expect(retry.pause('scalars', 1, down)).rejects.toThrow('told to stop')
})
