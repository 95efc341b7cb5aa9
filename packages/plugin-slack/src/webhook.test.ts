import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { SlackOptions } from './options.ts'
import { SlackCallback } from './slack-callback.ts'
import { closedPort, type Reply, startReceiver } from './testing/receiver.ts'
import { sampleOutcome } from './testing/samples.ts'

const SECRET = /hunter2|services/

const slackTo = (webhookUrl: string, changes: Partial<SlackOptions> = {}): SlackCallback =>
  new SlackCallback({ webhookUrl, timeout: 5000, clock: { random: () => 0 }, ...changes })

/** What becomes of the news of an end, and how often it was sent. */
async function outcomeOf(
  replies: readonly Reply[],
  changes: Partial<SlackOptions> = {},
): Promise<{ error: unknown; attempts: number }> {
  const { url, received } = await startReceiver(...replies)
  const error: unknown = await slackTo(url, changes)
    .onStop(sampleOutcome())
    .catch((reason: unknown) => reason)
  if (error instanceof Error) expect(inspect(error, { depth: 9 }).replaceAll(/\n +at .*/g, '')).not.toMatch(SECRET)
  return { error, attempts: received.length }
}

const quotingFetch = (url: string | URL): Promise<never> => Promise.reject(new Error(`Cannot reach ${String(url)}`))

describe('what Slack says', () => {
  test.each([400, 403, 404, 410])('%d is a no', async (status) => {
    const { error, attempts } = await outcomeOf([{ status, body: 'channel_is_archived' }])
    expect(error).toMatchObject({ permanent: true, message: `Slack answered ${status}: channel_is_archived.` })
    expect(attempts).toBe(1)
  })

  test.each([408, 425, 429, 500, 503])('%d is not now', async (status) => {
    expect(await outcomeOf([{ status }, { status }])).toEqual({ error: undefined, attempts: 3 })
  })

  test('come back in a moment: waits that long, and not longer', async () => {
    const start = performance.now()
    const limited = { status: 429, headers: { 'retry-after': '0.3' } }
    expect(await outcomeOf([limited])).toEqual({ error: undefined, attempts: 2 })
    expect(performance.now() - start).toBeGreaterThanOrEqual(295)
  })

  test('come back at some date: waits until then', async () => {
    const limited = { status: 503, headers: { 'retry-after': new Date(Date.now() - 60_000).toUTCString() } }
    expect(await outcomeOf([limited])).toEqual({ error: undefined, attempts: 2 })
  })

  test('come back later than the deadline: gives up at once', async () => {
    const { error, attempts } = await outcomeOf([{ status: 429, headers: { 'retry-after': '3600' } }])
    expect(error).toMatchObject({ message: 'Slack answered 429.', permanent: false, retryAfter: 3_600_000 })
    expect(attempts).toBe(1)
  })

  test('whatever it repeats, the URL stays secret', async () => {
    const { error } = await outcomeOf([
      (response, request) => response.writeHead(400).end(`No ${request.url}\n\u001B[31m`),
    ])
    expect(error).toMatchObject({ message: 'Slack answered 400: No ***.' })
  })

  test('a web page in place of an answer is not a yes', async () => {
    const page = { status: 200, body: '\n<!doctype html><title>Log in to the network</title>' }
    expect(await outcomeOf([page])).toEqual({ error: undefined, attempts: 2 })
  })

  test('go elsewhere: the message does not follow', async () => {
    const { url, received } = await startReceiver()
    const { error } = await outcomeOf(Array.from({ length: 10 }, () => ({ status: 302, headers: { location: url } })))
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' })
    expect(received).toEqual([])
  })
})

describe('a receiver that is not well', () => {
  test('is not there', async () => {
    const slack = slackTo(`http://127.0.0.1:${await closedPort()}/services/hunter2`)
    const stopped = slack.onStop(sampleOutcome())
    await expect(stopped).rejects.toThrow('After 10 attempts: Slack could not be reached: ECONNREFUSED.')
  })

  test('resets the connection, talks nonsense, and then works', async () => {
    const replies: readonly Reply[] = [
      (response) => response.socket?.resetAndDestroy(),
      (response) => response.socket?.end('HTTP? What is that?\r\n\r\n'),
    ]
    expect(await outcomeOf(replies)).toEqual({ error: undefined, attempts: 3 })
  })

  test.each([
    ['answers nothing', () => {}],
    ['never finishes its answer', (response) => response.writeHead(200).write('o')],
  ] satisfies [string, Reply][])('%s: given up at the deadline', async (_, hang) => {
    const { error } = await outcomeOf([hang], { timeout: 200 })
    expect(error).toMatchObject({ message: expect.stringMatching(/^No answer within 0\.1[78] s\.$/) })
  })

  test('makes a fetch of someone else’s quote the URL', async () => {
    const { error } = await outcomeOf([], { fetch: quotingFetch, clock: undefined, timeout: 10 })
    expect(error).toMatchObject({ message: 'Slack could not be reached: the request failed.' })
  })
})
