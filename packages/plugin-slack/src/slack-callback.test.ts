import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { deliver, type Delivered } from '../../notification/src/testing/deliver.ts'
import type { SlackOptions } from './options.ts'
import { SlackCallback } from './slack-callback.ts'
import { startReceiver } from './testing/receiver.ts'
import { sampleOutcome, testRun } from '@swanlab/core/testing'

const SECRET = /hunter2|services/

const slackTo = (webhookUrl: string, changes: Partial<SlackOptions> = {}): SlackCallback =>
  new SlackCallback({ webhookUrl, timeout: 5000, ...changes })

const tellEnd = (slack: SlackCallback, changes: Parameters<typeof sampleOutcome>[0] = {}): Promise<Delivered> =>
  deliver(slack, (context) => slack.onStop(sampleOutcome(changes), context))

describe('the end of a run', () => {
  test('is one message with blocks, and with a text for those who cannot show them', async () => {
    const receiver = await startReceiver()
    await tellEnd(slackTo(receiver.url))
    expect(receiver.received).toHaveLength(1)
    const [message] = receiver.received
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
        { fields: [{ text: '*Project*\niris', verbatim: true }, {}, {}, {}, {}, {}, {}, {}] },
        { text: { text: '*Final metrics*\n```\nMetric  Last   Min  Max\nloss    0.25  0.25  1.5\n```' } },
        { text: { text: '*Configuration*\n```\nlr: 0.001\nmodel: mlp\n```' } },
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
    const receiver = await startReceiver()
    const error = { name: 'TypeError', message: 'a < b', stack: 'TypeError: a < b\n    at train (loop.ts:7:1)' }
    await tellEnd(slackTo(receiver.url, { language: 'zh' }), { state: 'crashed', error })
    expect(receiver.received[0]?.blocks).toContainEqual({
      type: 'section',
      text: { type: 'mrkdwn', verbatim: true, text: '*错误*\n```\nTypeError: a &lt; b\nat train (loop.ts:7:1)\n```' },
    })
    expect(receiver.received[0]?.text).toContain('实验 swan-1 已崩溃')
  })

  test('comes after the alerts of the run', async () => {
    const receiver = await startReceiver()
    const info = { project: 'iris', experimentName: 'swan-1' }
    const { run } = await testRun({ callbacks: slackTo(receiver.url, { notifyOnStart: true }), info })
    run.alert({ title: '<!channel> loss is NaN', level: 'error' })
    await run.finish({ state: 'crashed' })
    expect(receiver.received.map(({ text }) => text.split('\n')[0])).toEqual([
      'SwanLab | Run swan-1 started (iris)',
      'SwanLab | &lt;!channel&gt; loss is NaN (swan-1, iris)',
      'SwanLab | Run swan-1 crashed (iris)',
    ])
  })
})

describe('sendMsg', () => {
  test('posts a message of one’s own, without a run', async () => {
    const receiver = await startReceiver()
    await slackTo(receiver.url).sendMsg({ content: 'done & <!here>\nbye' })
    const text = 'done &amp; &lt;!here&gt;\nbye'
    expect(receiver.received).toMatchObject([
      { text, blocks: [{ type: 'section', text: { type: 'plain_text', text, emoji: false } }] },
    ])
  })

  test.each([
    ['hello', 'Wrong options for sendMsg:\n  options: takes an object of options, but got text'],
    [{}, 'content: is needed; it takes text that is not empty'],
    [{ content: '' }, 'content: takes text that is not empty, but got ""'],
  ])('used wrongly, with %j, says so', async (message, complaint) => {
    const slack: { sendMsg: (message: unknown) => unknown } = Object.assign(slackTo('http://127.0.0.1:1/'))
    await expect(slack.sendMsg(message)).rejects.toThrow(complaint)
  })

  test('rejects when it was not delivered', async () => {
    const receiver = await startReceiver({ status: 404, body: 'no_service' })
    await expect(slackTo(receiver.url).sendMsg({ content: 'x' })).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      message: 'Slack answered 404: no_service.',
    })
  })
})

describe('options', () => {
  test.each([
    [
      { webhook_url: 'https://hooks.slack.com/services/hunter2' },
      '"webhook_url": no such option; did you mean "webhookUrl"?',
    ],
    [{}, 'webhookUrl: is needed; it takes an https URL'],
    [{ webhookUrl: 'https://x.test/', fetch: 1 }, 'fetch: takes a function, but got 1'],
    [{ webhookUrl: 'https://x.test/', language: 'de' }, 'language: takes "en" or "zh", but got "de"'],
    ['https://hooks.slack.com/services/hunter2', 'takes an object of options, but got text'],
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
    const message = /^Wrong options for SlackCallback:\n  webhookUrl: takes an https URL of an incoming webhook \(.*\)$/
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
    const receiver = await startReceiver()
    const { module, options, ...rest } = JSON.parse(JSON.stringify(slackTo(receiver.url).resident))
    expect(rest).toEqual({ package: '@swanlab/plugin-slack', export: 'SlackCallback' })
    const { SlackCallback: Rebuilt } = await import(module)
    await tellEnd(new Rebuilt(options))
    expect(receiver.received).toHaveLength(1)
  })

  test('it cannot with a fetch of its own, or as a subclass', () => {
    class Mine extends SlackCallback {}
    const webhookUrl = 'https://hooks.slack.com/services/x'
    expect(new SlackCallback({ webhookUrl, fetch }).resident).toBeUndefined()
    expect(new Mine({ webhookUrl }).resident).toBeUndefined()
  })
})
