import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { HttpStep } from '@swanlab/core/testing'
import { unusedPort } from '../../core/src/kernel/testing/port.ts'
import { deliver } from '../../notification/src/testing/deliver.ts'
import type { SlackOptions } from './options.ts'
import { SlackCallback } from './slack-callback.ts'
import { startReceiver } from './testing/receiver.ts'
import { sampleOutcome } from '@swanlab/core/testing'

const SECRET = /hunter2|services/

const slackTo = (webhookUrl: string, changes: Partial<SlackOptions> = {}): SlackCallback =>
  new SlackCallback({ webhookUrl, ...changes })

/** What becomes of the news of an end, how often it was sent, and what the last attempt failed with. */
async function outcomeOf(
  replies: readonly HttpStep[],
  changes: Partial<SlackOptions> = {},
  most?: number,
): Promise<{ state: string | undefined; attempts: number; error: unknown }> {
  const receiver = await startReceiver(...replies)
  const { state, errors } = await tellEnd(slackTo(receiver.url, changes), most)
  return { state, attempts: receiver.received.length, error: errors.at(-1) }
}

async function tellEnd(
  slack: SlackCallback,
  most?: number,
): Promise<{ state: string | undefined; errors: readonly unknown[] }> {
  const { deliveries, failures } = await deliver(slack, (context) => slack.onStop(sampleOutcome(), context), most)
  for (const error of failures) expect(inspect(error, { depth: 9 }).replaceAll(/\n +at .*/g, '')).not.toMatch(SECRET)
  return { state: deliveries[0]?.state, errors: failures }
}

const SENT = { state: 'sent', attempts: 3 }

const quotingFetch = (url: string | URL): Promise<never> => Promise.reject(new Error(`Cannot reach ${String(url)}`))

describe('what Slack says', () => {
  test.each([400, 403, 404, 410])('%d is a no', async (status) => {
    const { error, attempts } = await outcomeOf([{ status, body: 'channel_is_archived' }])
    expect(error).toMatchObject({ permanent: true, message: `Slack answered ${status}: channel_is_archived.` })
    expect(attempts).toBe(1)
  })

  test.each([408, 425, 429, 500, 503])('%d is not now', async (status) => {
    expect(await outcomeOf([{ status }, { status }])).toMatchObject(SENT)
  })

  test('come back in a moment: waits that long, and not longer', async () => {
    const start = performance.now()
    const limited = { status: 429, headers: { 'retry-after': '0.3' } }
    expect(await outcomeOf([limited])).toMatchObject({ ...SENT, attempts: 2 })
    expect(performance.now() - start).toBeGreaterThanOrEqual(295)
  })

  test('come back at some date: waits until then', async () => {
    const limited = { status: 503, headers: { 'retry-after': new Date(Date.now() - 60_000).toUTCString() } }
    expect(await outcomeOf([limited])).toMatchObject({ ...SENT, attempts: 2 })
  })

  test('come back later than the deadline: gives up at once', async () => {
    const { state, error, attempts } = await outcomeOf([{ status: 429, headers: { 'retry-after': '3600' } }])
    expect(state).toBe('given up')
    expect(error).toMatchObject({ message: 'Slack answered 429.', permanent: false, retryAfter: 3_600_000 })
    expect(attempts).toBe(1)
  })

  test('whatever it repeats, the URL stays secret', async () => {
    const { error } = await outcomeOf([
      (request, response) => response.writeHead(400).end(`No ${request.url}\n\u001B[31m`),
    ])
    expect(error).toMatchObject({ message: 'Slack answered 400: No ***.' })
  })

  test('a web page in place of an answer is not a yes', async () => {
    const page = { status: 200, body: '\n<!doctype html><title>Log in to the network</title>' }
    expect(await outcomeOf([page])).toMatchObject({ ...SENT, attempts: 2 })
  })

  test('go elsewhere: the message does not follow', async () => {
    const receiver = await startReceiver()
    const elsewhere = { status: 302, headers: { location: receiver.url } }
    const { state, error } = await outcomeOf([elsewhere, elsewhere], {}, 2)
    expect(state).toBe('waiting')
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' })
    expect(receiver.received).toEqual([])
  })
})

describe('a receiver that is not well', () => {
  test('is not there', async () => {
    const slack = slackTo(`http://127.0.0.1:${await unusedPort()}/services/hunter2`)
    const { state, errors } = await tellEnd(slack, 3)
    expect(state).toBe('waiting')
    expect(errors).toHaveLength(3)
    expect(errors[0]).toMatchObject({ message: 'Slack could not be reached: ECONNREFUSED.', permanent: false })
  })

  test('resets the connection, talks nonsense, and then works', async () => {
    const replies: readonly HttpStep[] = [
      'reset',
      (_request, response) => response.socket?.end('HTTP? What is that?\r\n\r\n'),
    ]
    expect(await outcomeOf(replies)).toMatchObject(SENT)
  })

  test('answers nothing: given up when the time is over', async () => {
    const receiver = await startReceiver('hang')
    const sending = slackTo(receiver.url, { timeout: 900 }).sendMsg({ content: 'x' })
    await expect(sending).rejects.toThrow(/^no answer within 0\.\d+ s/)
    expect(receiver.received).toHaveLength(1)
  })

  test('says yes and never finishes its answer: the message is there, and is not sent again', async () => {
    const receiver = await startReceiver((_request, response) => response.writeHead(200).write('o'))
    await slackTo(receiver.url, { timeout: 900 }).sendMsg({ content: 'x' })
    expect(receiver.received).toHaveLength(1)
  })

  test('makes a fetch of someone else’s quote the URL', async () => {
    const { error } = await outcomeOf([], { fetch: quotingFetch }, 1)
    expect(error).toMatchObject({ message: 'Slack could not be reached: the request failed.' })
  })
})
