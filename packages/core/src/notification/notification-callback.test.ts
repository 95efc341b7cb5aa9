import { EventEmitter, once } from 'node:events'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SwanLabError } from '../kernel/error.ts'
import { DeliveryError } from './delivery-error.ts'
import type { Notification } from './notification.ts'
import { NotificationCallback, type NotificationOptions, type SendContext } from './notification-callback.ts'
import { sampleAlert, sampleOutcome, sampleRun } from './testing/samples.ts'

type Reaction = (notification: Notification, context: SendContext) => Promise<void>

class Recorder extends NotificationCallback {
  readonly sent: Notification[] = []
  readonly #reaction: Reaction

  constructor(options: NotificationOptions = {}, reaction: Reaction = async () => {}) {
    super({ clock: { random: () => 0 }, ...options })
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

describe('the end of a run', () => {
  test('is told exactly once, whether or not the run crashed', async () => {
    const recorder = new Recorder()
    recorder.onRun(sampleRun())
    await recorder.onStop(sampleOutcome({ state: 'crashed', error: { name: 'Error', message: 'no' } }))
    expect('onError' in recorder).toBe(false)
    expect(recorder.sent).toMatchObject([{ event: 'ended', tone: 'bad', title: 'Run swan-1 crashed' }])
  })

  test('is told again, with the same id, until it is taken', async () => {
    const ids: string[] = []
    const recorder = new Recorder({}, async ({ id }) => {
      if (ids.push(id) < 3) throw new Error('busy')
    })
    await recorder.onStop(sampleOutcome())
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    expect(recorder.events).toEqual(['ended'])
  })

  test('rejects within the timeout when nobody answers', async () => {
    const slept: number[] = []
    const sleep = async (ms: number): Promise<void> => void slept.push(ms)
    const recorder = new Recorder({ timeout: 100, clock: { now: () => 0, sleep } }, hang)
    await expect(recorder.onStop(sampleOutcome())).rejects.toThrow('No answer within 0.09 s.')
    expect(slept).toEqual([90])
  })

  test('is in the language asked for', async () => {
    const recorder = new Recorder({ language: 'zh' })
    await recorder.onStop(sampleOutcome())
    expect(recorder.sent[0]?.title).toBe('实验 swan-1 已完成')
  })
})

describe('a start', () => {
  test('is told only when asked for', async () => {
    const quiet = new Recorder()
    const talkative = new Recorder({ notifyOnStart: true })
    for (const recorder of [quiet, talkative]) {
      recorder.onRun(sampleRun())
      await recorder.onStop(sampleOutcome())
    }
    expect(quiet.events).toEqual(['ended'])
    expect(talkative.events).toEqual(['started', 'ended'])
  })

  test('does not hold up the run, and the end waits for it', async () => {
    const held = new EventEmitter()
    const recorder = new Recorder({ notifyOnStart: true }, async ({ event }) => {
      if (event === 'started') await once(held, 'released')
    })
    expect(recorder.onRun(sampleRun())).toBeUndefined()
    const stopped = recorder.onStop(sampleOutcome())
    setImmediate(() => held.emit('released'))
    await stopped
    expect(recorder.events).toEqual(['started', 'ended'])
  })
})

test('the machine is named where its metadata is collected', async () => {
  const recorder = new Recorder()
  recorder.onRun(sampleRun())
  recorder.onRuntimeInfoUpdate({ metadata: { runtime: { hostname: 'gpu-7' } } })
  recorder.onRuntimeInfoUpdate({ config: { lr: 1 } })
  recorder.onAlert(sampleAlert())
  await recorder.onStop(sampleOutcome())
  const machine = { key: 'machine', label: 'Machine', value: 'gpu-7' }
  expect(recorder.sent.map(({ facts }) => facts)).toEqual([
    expect.arrayContaining([machine]),
    expect.arrayContaining([machine]),
  ])
})

test.each(['finished', 'crashed'] as const)('a run that %s names commit and command of its metadata', async (state) => {
  const recorder = new Recorder()
  recorder.onRun(sampleRun())
  const git = { branch: 'main', commit: 'a'.repeat(40), remote_url: null }
  recorder.onRuntimeInfoUpdate({ metadata: { runtime: { command: 'node train.ts --api-key=****' }, git } })
  await recorder.onStop(sampleOutcome({ state }))
  expect(recorder.sent[0]!.facts).toEqual(
    expect.arrayContaining([
      { key: 'commit', label: 'Commit', value: 'aaaaaaaaaaaa (main)' },
      { key: 'command', label: 'Command', value: 'node train.ts --api-key=****' },
    ]),
  )
})

test.each([{ runtime: 'x', git: [] }, { runtime: { command: 7 }, git: { commit: null, branch: 'main' } }, {}])(
  'metadata that are not what they should be name nothing: %j',
  async (metadata) => {
    const recorder = new Recorder()
    recorder.onRuntimeInfoUpdate({ metadata })
    await recorder.onStop(sampleOutcome())
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
    recorder.onRun(sampleRun())
    for (const title of ['a', 'b', 'c']) recorder.onAlert(sampleAlert({ title }))
    await recorder.onStop(sampleOutcome())
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
    for (const level of ['info', 'warn', 'error'] as const) recorder.onAlert(sampleAlert({ level, title: level }))
    await recorder.onStop(sampleOutcome())
    expect(recorder.events).toEqual([...passed.map((level) => `alert ${level}`), 'ended'])
  })

  test('beyond a hundred in waiting are counted, and the end says so', async () => {
    const recorder = new Recorder({ language: 'en' })
    for (let index = 0; index < 150; index++) recorder.onAlert(sampleAlert({ title: `${index}` }))
    await expect(recorder.onStop(sampleOutcome())).rejects.toThrow('Earlier notifications that were not delivered: 49.')
    expect(recorder.events.at(-2)).toBe('alert 100')
    expect(recorder.sent.at(-1)?.notes?.rows).toEqual(['49 earlier notifications could not be delivered.'])
  })

  test('that cannot be delivered do not cost the end its message', async () => {
    const recorder = new Recorder({}, async ({ event }) => {
      if (event === 'alert') throw new DeliveryError('The channel is gone.', { permanent: true })
    })
    recorder.onAlert(sampleAlert())
    await expect(recorder.onStop(sampleOutcome())).rejects.toThrow('not delivered: 1. The channel is gone.')
    expect(recorder.events).toEqual(['ended'])
  })

  test('that hang are cut short at half of the time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) }
    const recorder = new Recorder({ timeout: 200, clock }, (notification, context) =>
      notification.event === 'alert' ? hang(notification, context) : Promise.resolve(),
    )
    recorder.onAlert(sampleAlert())
    recorder.onAlert(sampleAlert())
    const stopped = recorder.onStop(sampleOutcome())
    void vi.advanceTimersByTimeAsync(90)
    await expect(stopped).rejects.toThrow('not delivered: 2. Delivery was cut short.')
    expect(recorder.sent.at(-1)?.notes?.rows).toEqual(['2 earlier notifications could not be delivered.'])
  })

  test('of one run are not held against the next', async () => {
    let broken = true
    const recorder = new Recorder({}, async ({ event }) => {
      if (broken && event === 'alert') throw new DeliveryError('no', { permanent: true })
    })
    recorder.onAlert(sampleAlert())
    await expect(recorder.onStop(sampleOutcome())).rejects.toThrow('not delivered: 1.')
    broken = false
    recorder.onRun(sampleRun({ experimentName: 'swan-2' }))
    recorder.onAlert(sampleAlert({ title: 'b' }))
    await recorder.onStop(sampleOutcome())
    expect(recorder.events).toEqual(['ended', 'alert b', 'ended'])
    expect(recorder.sent.at(-1)?.notes).toBeUndefined()
  })
})

test('a subclass has the last word on what is said', async () => {
  class OnlyBadNews extends Recorder {
    protected override edit(notification: Notification): Notification | undefined {
      return notification.tone === 'bad' ? { ...notification, title: 'Oh dear' } : undefined
    }
  }
  const recorder = new OnlyBadNews({ notifyOnStart: true })
  recorder.onRun(sampleRun())
  await recorder.onStop(sampleOutcome())
  await recorder.onStop(sampleOutcome({ state: 'crashed' }))
  expect(recorder.sent).toMatchObject([{ title: 'Oh dear' }])
})

test('words of one’s own are delivered, or the promise rejects', async () => {
  const recorder = new Recorder()
  await recorder.say('hello')
  expect(recorder.sent).toMatchObject([{ event: 'message', sentence: 'hello' }])
  await expect(new Recorder({ timeout: 20 }, hang).say('hello')).rejects.toBeInstanceOf(SwanLabError)
})

describe('options', () => {
  test('have defaults', () => {
    expect(new Recorder()).toMatchObject({ name: 'Recorder', timeout: 30_000, language: 'en' })
    expect(new Recorder({ name: 'second' }).name).toBe('second')
  })

  test.each([
    [{ language: 'fr' }, 'Recorder: the option "language" must be "en" or "zh", not "fr".'],
    [{ timeout: -1 }, 'Recorder: the option "timeout" must be a number of milliseconds from 1 to 2147483647, not -1.'],
    [{ alerts: 'loud' }, 'Recorder: the option "alerts" must be true, false, "info", "warn" or "error", not "loud".'],
    [{ notifyOnStart: 1 }, 'Recorder: the option "notifyOnStart" must be true or false, not 1.'],
    [{ name: '' }, 'Recorder: the option "name" must be a string that is not empty, not "".'],
  ])('%j is refused', (options, message) => {
    const build = (): unknown => Reflect.construct(Recorder, [options])
    expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }))
  })

  test('of a subclass are its own affair', () => {
    const options = { topic: 'training', language: 'zh' as const }
    expect(new Recorder(options).language).toBe('zh')
  })

  test('do not show in print', () => {
    const options = { topic: 'hunter2', language: 'en' as const }
    expect(inspect(new Recorder(options)) + JSON.stringify(new Recorder(options))).not.toContain('hunter2')
  })
})
