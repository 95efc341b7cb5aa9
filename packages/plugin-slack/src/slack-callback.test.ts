import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { SlackOptions } from './options.ts'
import { SlackCallback } from './slack-callback.ts'
import { startReceiver } from './testing/receiver.ts'
import { sampleOutcome, sampleRun } from './testing/samples.ts'

const SECRET = /hunter2|services/

const slackTo = (webhookUrl: string, changes: Partial<SlackOptions> = {}): SlackCallback =>
  new SlackCallback({ webhookUrl, timeout: 5000, clock: { random: () => 0 }, ...changes })

describe('the end of a run', () => {
  test('is one message with blocks, and with a text for those who cannot show them', async () => {
    const { url, received } = await startReceiver()
    const slack = slackTo(url)
    slack.onRun(sampleRun())
    await slack.onStop(sampleOutcome())
    expect(received).toHaveLength(1)
    const [message] = received
    expect(message?.text).toMatch(/^SwanLab \| Run swan-1 finished \(iris\)\n\nYour experiment finished/)
    expect(message?.blocks.map(({ type }) => type)).toEqual([
      'header',
      'section',
      'section',
      'section',
      'section',
      'actions',
      'context',
    ])
    expect(message).toMatchObject({
      unfurl_links: false,
      blocks: [
        { text: { type: 'plain_text', text: 'Run swan-1 finished' } },
        {
          text: { type: 'plain_text', text: 'Your experiment finished after 12 min 3 s, at step 99; last loss 0.25.' },
        },
        { fields: [{ text: '*Project*\niris', verbatim: true }, {}, {}, {}, {}, {}] },
        { text: { text: '*Final metrics*\n```\nMetric  Last   Min  Max\nloss    0.25  0.25  1.5\n```' } },
        { text: { text: '*Configuration*\n```\nlr: 0.001\n```' } },
        {
          elements: [
            { type: 'button', text: { text: 'Open experiment' }, url: 'https://swanlab.cn/@botany/iris/runs/abc' },
          ],
        },
        {},
      ],
    })
  })

  test('of a crashed run shows the end of the error, in Chinese when asked for', async () => {
    const { url, received } = await startReceiver()
    const error = { name: 'TypeError', message: 'a < b', stack: 'TypeError: a < b\n    at train (loop.ts:7:1)' }
    await slackTo(url, { language: 'zh' }).onStop(sampleOutcome({ state: 'crashed', error }))
    expect(received[0]?.blocks).toContainEqual({
      type: 'section',
      text: { type: 'mrkdwn', verbatim: true, text: '*错误*\n```\nTypeError: a &lt; b\nat train (loop.ts:7:1)\n```' },
    })
    expect(received[0]?.text).toContain('实验 swan-1 已崩溃')
  })

  test('comes after the alerts of the run', async () => {
    const { url, received } = await startReceiver()
    const slack = slackTo(url, { notifyOnStart: true })
    slack.onRun(sampleRun())
    slack.onAlert({ title: '<!channel> loss is NaN', text: '', level: 'error', time: 1 })
    await slack.onStop(sampleOutcome({ state: 'crashed' }))
    expect(received.map(({ text }) => text.split('\n')[0])).toEqual([
      'SwanLab | Run swan-1 started (iris)',
      'SwanLab | &lt;!channel&gt; loss is NaN (swan-1, iris)',
      'SwanLab | Run swan-1 crashed (iris)',
    ])
  })
})

describe('sendMsg', () => {
  test('posts words of one’s own, without a run', async () => {
    const { url, received } = await startReceiver()
    await slackTo(url).sendMsg({ content: 'done & <!here>\nbye' })
    const text = 'done &amp; &lt;!here&gt;\nbye'
    expect(received).toMatchObject([
      { text, blocks: [{ type: 'section', text: { type: 'plain_text', text, emoji: false } }] },
    ])
  })

  test.each([
    ['hello', 'sendMsg takes one object of options, not a value of type string.'],
    [{}, 'sendMsg needs the option "content": a string that is not empty.'],
    [{ content: '' }, 'sendMsg: the option "content" must be a string that is not empty, not "".'],
  ])('used wrongly, with %j, says so', async (message, complaint) => {
    const slack: { sendMsg: (message: unknown) => unknown } = Object.assign(slackTo('http://127.0.0.1:1/'))
    await expect(slack.sendMsg(message)).rejects.toThrow(complaint)
  })

  test('rejects when it was not delivered', async () => {
    const { url } = await startReceiver({ status: 404, body: 'no_service' })
    await expect(slackTo(url).sendMsg({ content: 'x' })).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      message: 'Slack answered 404: no_service.',
    })
  })
})

describe('options', () => {
  test.each([
    [
      { webhook_url: 'https://hooks.slack.com/services/hunter2' },
      'has no option "webhook_url"; did you mean "webhookUrl"?',
    ],
    [{}, 'needs the option "webhookUrl"'],
    [{ webhookUrl: 'https://x.test/', fetch: 1 }, 'option "fetch" must be a function, not 1.'],
    [{ webhookUrl: 'https://x.test/', language: 'de' }, 'option "language" must be "en" or "zh", not "de".'],
    ['https://hooks.slack.com/services/hunter2', 'takes one object of options, not a value of type string.'],
  ])('%j are refused', (options, message) => {
    const build = (): unknown => Reflect.construct(SlackCallback, [options])
    expect(build).toThrow(message)
    expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(build).not.toThrow(SECRET)
  })

  test.each([
    'hunter2',
    'http://hooks.slack.com/services/hunter2',
    'http://127.0.0.1.example.com/hunter2',
    'https://user:hunter2@hooks.slack.com/',
    'file:///hunter2',
    'https://[hunter2',
    '',
  ])('%j is not a webhook, and not repeated either', (webhookUrl) => {
    const message = /^SlackCallback: the option "webhookUrl" must be an https URL of an incoming webhook \(.*\)\.$/
    expect(() => new SlackCallback({ webhookUrl })).toThrow(message)
    expect(() => new SlackCallback({ webhookUrl })).not.toThrow(SECRET)
  })

  test.each(['https://hooks.slack.com/services/x', 'http://localhost:1/', 'http://[::1]:1/', 'http://127.1:1/'])(
    '%j is a webhook',
    (webhookUrl) => {
      expect(new SlackCallback({ webhookUrl }).name).toBe('SlackCallback')
    },
  )

  test('do not show in print', () => {
    const slack = new SlackCallback({ webhookUrl: 'https://hooks.slack.com/services/hunter2' })
    expect(inspect(slack, { depth: 9 }) + JSON.stringify(slack)).not.toMatch(SECRET)
    expect(Object.keys(slack)).toEqual(['name', 'timeout', 'language'])
  })
})

describe('in another process', () => {
  test('it can be rebuilt from what it says about itself', async () => {
    const { url, received } = await startReceiver()
    const { module, options, ...rest } = JSON.parse(JSON.stringify(slackTo(url, { clock: undefined }).resident))
    expect(rest).toEqual({ package: '@swanlab/plugin-slack', export: 'SlackCallback' })
    const { SlackCallback: Rebuilt } = await import(module)
    await new Rebuilt(options).onStop(sampleOutcome())
    expect(received).toHaveLength(1)
  })

  test('it cannot with a fetch of its own, or as a subclass', () => {
    class Mine extends SlackCallback {}
    const webhookUrl = 'https://hooks.slack.com/services/x'
    expect(new SlackCallback({ webhookUrl, fetch }).resident).toBeUndefined()
    expect(new Mine({ webhookUrl }).resident).toBeUndefined()
  })
})
