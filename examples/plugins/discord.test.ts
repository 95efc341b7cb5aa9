import { conforms, httpServer, testRun, type HttpServer } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { DiscordCallback } from './discord.ts'

const SECRET = 'hunter2hunter2'
const discord = await httpServer()
afterAll(() => discord.close())
const to = ({ url }: HttpServer): DiscordCallback =>
  new DiscordCallback({ webhookUrl: `${url}/api/webhooks/1/${SECRET}` })
const contentsOf = ({ requests }: HttpServer): string[] =>
  requests.map((request) => (request.json() as { content: string }).content)

describe('a good plugin', () => {
  for (const { title, check } of conforms(() => to(discord), { places, secrets: [SECRET] })) test(title, check)
})

test('no message is longer than 2,000 characters, or broken in one of them, and nothing in it is markup', async () => {
  await using server = await httpServer()
  const training = await testRun({ callbacks: to(server) })
  for (const before of ['', 'a'])
    training.alert({ title: '@everyone', text: `${before}${'\u{1F9A2}'.repeat(3_000)}\`\`\`**bold**` })
  await training.finish()
  const contents = contentsOf(server)
  expect(contents).toHaveLength(3)
  for (const content of contents) {
    expect(content.length).toBeLessThanOrEqual(2_000)
    expect(content).toMatch(/^```\n[^`]+\n```$/)
    expect(content).not.toMatch(/\p{Surrogate}/u)
  }
})

test('429 is passed on with the time that Discord asks for, and other refusals are final', async () => {
  const body = { message: 'You are being rate limited.', retry_after: 0.25, global: false }
  await using busy = await httpServer([{ status: 429, body }])
  const notification = { subject: 'a', sentence: 'b', facts: [], footer: 'c' }
  const attempt = to(busy).send(notification as never, { signal: AbortSignal.timeout(10_000) })
  await expect(attempt).rejects.toMatchObject({ permanent: false, retryAfter: 250 })

  await using gone = await httpServer([{ status: 404, body: { message: 'Unknown Webhook' } }])
  const refused = await testRun({ callbacks: to(gone) })
  await refused.finish()
  expect(gone.requests).toHaveLength(1)
  expect(refused.reports.join('\n')).toContain('Discord answered 404.')
})

test.each([undefined, 1, 'hooks.example', `ftp://discord.test/${SECRET}`])(
  'a webhook that cannot be one is refused at once, and not shown: %s',
  (webhookUrl) => {
    const make = (): unknown => new DiscordCallback({ webhookUrl } as never)
    expect(make).toThrow(/webhookUrl/)
    expect(make).not.toThrow(/hunter2/)
  },
)
