import { EventEmitter, once } from 'node:events'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SwanLabError, type Run, type SettingsOptions } from '@swanlab/core'
import { sampleAlert, sampleOutcome, sampleRun, testRun, type TestRun } from '@swanlab/core/testing'
import { DeliveryError } from './index.ts'
import type { Notification } from './notification.ts'
import { NotificationCallback, type SendContext } from './notification-callback.ts'
import type { NotificationOptions } from './options.ts'
import { deliver } from './testing/deliver.ts'

type Reaction = (notification: Notification, context: SendContext) => Promise<void>

class Recorder extends NotificationCallback {
  readonly sent: Notification[] = []
  readonly #reaction: Reaction

  constructor(options: NotificationOptions = {}, reaction: Reaction = async () => {}) {
    super(options)
    this.#reaction = reaction
  }

  override async send(notification: Notification, context: SendContext): Promise<void> {
    await this.#reaction(notification, context)
    this.sent.push(notification)
  }

  async say(text: string): Promise<void> {
    await this.deliverMessage({ text })
  }

  get events(): string[] {
    return this.sent.map(({ event, title }) => (event === 'alert' ? `alert ${title}` : event))
  }
}

const hang: Reaction = () => new Promise(() => {})
const info = { project: 'iris', experimentName: 'swan-1' }
const runOf = (callbacks: Recorder, settings?: SettingsOptions): Promise<TestRun> =>
  testRun({ callbacks, info, settings })
/** What is reported about messages. */
const about = (reports: readonly string[]): string[] => reports.filter((line) => line.includes('delivered'))

async function runWith(recorder: Recorder, during: (run: Run) => void = () => {}): Promise<void> {
  const { run } = await runOf(recorder)
  during(run)
  await run.finish()
}

describe('the end of a run', () => {
  test('is sent exactly once, whether or not the run crashed', async () => {
    const recorder = new Recorder()
    const { run } = await runOf(recorder)
    await run.finish({ state: 'crashed', error: new Error('no') })
    expect('onError' in recorder).toBe(false)
    expect(recorder.sent).toMatchObject([{ event: 'ended', tone: 'bad', title: 'Run swan-1 crashed' }])
  })

  test('is retried with the same id until it is taken', async () => {
    const ids: string[] = []
    const recorder = new Recorder({}, async ({ id }) => {
      if (ids.push(id) < 3) throw new Error('busy')
    })
    const { deliveries } = await deliver(recorder, (context) => recorder.onStop(sampleOutcome(), context))
    expect(deliveries).toMatchObject([{ event: 'ended', state: 'sent', attempts: 3 }])
    expect(new Set(ids).size).toBe(1)
  })

  test('ends in time when the receiver never answers, and the report says so', async () => {
    const { run, reports } = await runOf(new Recorder({}, hang), { finishTimeout: 1_000 })
    await run.finish()
    expect(about(reports)).toEqual([
      expect.stringMatching(/^error: Recorder: the message about the end was not delivered: no answer within 0\.\d+ s/),
    ])
  })

  test('is in the language asked for', async () => {
    const recorder = new Recorder({ language: 'zh' })
    await runWith(recorder)
    expect(recorder.sent[0]?.title).toBe('实验 swan-1 已完成')
  })
})

describe('a start', () => {
  test('is sent only when asked for', async () => {
    const quiet = new Recorder()
    const talkative = new Recorder({ notifyOnStart: true })
    for (const recorder of [quiet, talkative]) await runWith(recorder)
    expect(quiet.events).toEqual(['ended'])
    expect(talkative.events).toEqual(['started', 'ended'])
  })

  test('does not hold up the run, and the end waits for it', async () => {
    const held = new EventEmitter()
    const recorder = new Recorder({ notifyOnStart: true }, async ({ event }) => {
      if (event === 'started') await once(held, 'released')
    })
    const { run } = await runOf(recorder)
    const ended = run.finish()
    setImmediate(() => held.emit('released'))
    await ended
    expect(recorder.events).toEqual(['started', 'ended'])
  })
})

test('machine, commit and command are named where metadata are collected, whether or not the run ended well', async () => {
  const git = { branch: 'main', commit: 'a'.repeat(40), remote_url: null }
  const runtime = { hostname: 'gpu-7', command: 'node train.ts --api-key=****' }
  const machine = { key: 'machine', label: 'Machine', value: 'gpu-7' }
  for (const state of ['finished', 'crashed'] as const) {
    const recorder = new Recorder()
    await deliver(recorder, (context) => {
      recorder.onRun(sampleRun(), context)
      recorder.onRuntimeInfoUpdate({ metadata: { runtime, git } })
      recorder.onRuntimeInfoUpdate({ config: { lr: 1 } })
      recorder.onAlert(sampleAlert(), context)
      recorder.onStop(sampleOutcome({ state }), context)
    })
    const [alert, end] = recorder.sent.map(({ facts }) => facts)
    expect(alert).toContainEqual(machine)
    expect(end).toEqual(
      expect.arrayContaining([
        machine,
        { key: 'commit', label: 'Commit', value: 'aaaaaaaaaaaa (main)' },
        { key: 'command', label: 'Command', value: 'node train.ts --api-key=****' },
      ]),
    )
  }
})

test.each([{ runtime: 'x', git: [] }, { runtime: { command: 7 }, git: { commit: null, branch: 'main' } }, {}])(
  'metadata that are not what they should be name nothing: %j',
  async (metadata) => {
    const recorder = new Recorder()
    await deliver(recorder, (context) => {
      recorder.onRuntimeInfoUpdate({ metadata })
      recorder.onStop(sampleOutcome(), context)
    })
    const keys = recorder.sent[0]!.facts.map(({ key }) => key)
    expect(keys.filter((key) => ['machine', 'commit', 'command'].includes(key))).toEqual([])
  },
)

describe('alerts', () => {
  test('arrive one by one, in order, before the end', async () => {
    let running = 0
    let most = 0
    const recorder = new Recorder({}, async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    })
    await runWith(recorder, (run) => ['a', 'b', 'c'].forEach((title) => run.alert({ title })))
    expect(recorder.events).toEqual(['alert a', 'alert b', 'alert c', 'ended'])
    expect(recorder.sent[0]?.subject).toContain('swan-1')
    expect(most).toBe(1)
  })

  test.each([
    [true, ['info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    [false, []],
  ] as const)('with alerts: %j, those of %j are passed on', async (alerts, passed) => {
    const recorder = new Recorder({ alerts })
    await runWith(recorder, (run) =>
      (['info', 'warn', 'error'] as const).forEach((level) => run.alert({ title: level, level })),
    )
    expect(recorder.events).toEqual([...passed.map((level) => `alert ${level}`), 'ended'])
  })

  test('have keys that are the same when the run is replayed, whatever callbacks raised in between', async () => {
    const keysOf = async (alerts: readonly Parameters<typeof sampleAlert>[0][]): Promise<string[]> => {
      const recorder = new Recorder({ alerts: 'warn', notifyOnStart: true })
      const { deliveries } = await deliver(recorder, (context) => {
        recorder.onRun(sampleRun(), context)
        for (const alert of alerts) recorder.onAlert(sampleAlert(alert), context)
        recorder.onStop(sampleOutcome(), context)
      })
      return deliveries.map(({ event }) => event)
    }
    const own = { title: 'b', id: '0123456789abcdef' }
    const first = [{ level: 'info' as const }, { title: 'a' }, own, { title: 'c' }]
    expect(await keysOf(first)).toEqual(['started', 'alert-2', 'alert-0123456789abcdef', 'alert-3', 'ended'])
    expect(await keysOf([own, ...first])).toEqual(['started', 'alert-0123456789abcdef', 'alert-2', 'alert-3', 'ended'])
  })

  test('that cannot be delivered do not cost the end its message, and the report names them', async () => {
    const recorder = new Recorder({}, async ({ event }) => {
      if (event === 'alert') throw new DeliveryError('The channel is gone.', { permanent: true })
    })
    const { run, reports } = await runOf(recorder)
    run.alert({ title: 'look' })
    await run.finish()
    expect(about(reports)).toEqual(['error: Recorder: alert 1 was not delivered: The channel is gone.'])
    expect(recorder.events).toEqual(['ended'])
  })

  test('that hang, or wait for a receiver that asked for a pause, leave time for the end', async () => {
    for (const fails of [hang, () => Promise.reject(new DeliveryError('later', { retryAfter: 3_600_000 }))]) {
      const recorder = new Recorder({}, (notification, context) =>
        notification.event === 'alert' ? fails(notification, context) : Promise.resolve(),
      )
      const { run, reports } = await runOf(recorder, { finishTimeout: 400 })
      run.alert({ title: 'a' })
      run.alert({ title: 'b' })
      await run.finish()
      expect(recorder.events).toEqual(['ended'])
      expect(about(reports)).toContainEqual(expect.stringContaining('Recorder: alert 1 was not delivered: '))
    }
  })

  test('that failed in one run are sent again in the next', async () => {
    let broken = true
    const recorder = new Recorder({}, async ({ event }) => {
      if (broken && event === 'alert') throw new DeliveryError('no', { permanent: true })
    })
    await runWith(recorder, (run) => run.alert({ title: 'a' }))
    broken = false
    await runWith(recorder, (run) => run.alert({ title: 'b' }))
    expect(recorder.events).toEqual(['ended', 'alert b', 'ended'])
  })
})

test('a subclass can change every notification before it is sent', async () => {
  class OnlyBadNews extends Recorder {
    protected override edit(notification: Notification): Notification | undefined {
      return notification.tone === 'bad' ? { ...notification, title: 'Oh dear' } : undefined
    }
  }
  const recorder = new OnlyBadNews({ notifyOnStart: true })
  await runWith(recorder)
  expect(recorder.sent).toEqual([])
  const { run } = await runOf(recorder)
  await run.finish({ state: 'crashed' })
  expect(recorder.sent).toMatchObject([{ title: 'Oh dear' }])
})

describe('a message of one’s own', () => {
  test('is delivered without a run', async () => {
    const recorder = new Recorder()
    await recorder.say('hello')
    expect(recorder.sent).toMatchObject([{ event: 'message', sentence: 'hello' }])
  })

  test('is retried after a failure', async () => {
    let attempts = 0
    const recorder = new Recorder({}, async () => {
      if (++attempts === 1) throw new Error('busy')
    })
    await recorder.say('hello')
    expect(attempts).toBe(2)
  })

  test('that is refused throws what the receiver said, with its cause', async () => {
    const cause = new DeliveryError('no such channel', { permanent: true })
    const sending = new Recorder({}, () => Promise.reject(cause)).say('hello')
    await expect(sending).rejects.toBeInstanceOf(SwanLabError)
    await expect(sending).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      message: 'no such channel',
      permanent: true,
      cause,
    })
  })

  test('that no receiver accepts rejects when its time is over', async () => {
    await expect(new Recorder({ timeout: 500 }, hang).say('hello')).rejects.toThrow(/^no answer within 0\.\d+ s/u)
    const busy = new Recorder({ timeout: 500 }, () => Promise.reject(new Error('busy')))
    await expect(busy.say('hello')).rejects.toThrow('busy (the time for delivery is over)')
  })
})

describe('options', () => {
  test('have defaults', () => {
    expect(new Recorder()).toMatchObject({ name: 'Recorder', timeout: 30_000, language: 'en' })
    expect(new Recorder({ name: 'second' }).name).toBe('second')
  })

  test.each([
    [{ language: 'fr' }, 'language: takes "en" or "zh", but got "fr"'],
    [{ timeout: -1 }, 'timeout: takes a number of milliseconds from 1 to 2147483647, but got -1'],
    [{ alerts: 'loud' }, 'alerts: takes true, false, "info", "warn" or "error", but got "loud"'],
    [{ notifyOnStart: 1 }, 'notifyOnStart: takes true or false, but got 1'],
    [{ name: '' }, 'name: takes text that is not empty, but got ""'],
  ])('%j is refused', (options, problem) => {
    const build = (): unknown => Reflect.construct(Recorder, [options])
    const message = `Wrong options for Recorder:\n  ${problem}`
    expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }))
  })

  test('of a subclass that the base does not know are ignored by it', () => {
    const options = { topic: 'training', language: 'zh' as const }
    expect(new Recorder(options).language).toBe('zh')
  })

  test('are not shown by inspect() or JSON', () => {
    const options = { topic: 'hunter2', language: 'en' as const }
    expect(inspect(new Recorder(options)) + JSON.stringify(new Recorder(options))).not.toContain('hunter2')
  })
})
