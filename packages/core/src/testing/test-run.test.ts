import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { getRun, log } from '../current.ts'
import { type Callback, SwanKitCallback } from '../contract/callback.ts'
import type { CallbackContext } from '../contract/context.ts'
import type { Outcome } from '../contract/payloads.ts'
import { DeliveryError } from '../delivery/delivery-error.ts'
import { Text } from '../media.ts'
import { clock } from './clock.ts'
import { recorder } from './recorder.ts'
import { testRun } from './test-run.ts'

describe('testRun', () => {
  it('is a real run that is kept in memory, and no active one', async () => {
    await using test = await testRun({ config: { lr: 0.1 } })
    test.log({ loss: 0.5, note: new Text('a cat') }, 3)
    test.alert({ title: 'look' })
    expect(getRun()).toBeUndefined()
    expect(test.run.dir).toBeUndefined()
    expect(test.rows).toMatchObject([{ step: 3, data: { loss: 0.5 } }])
    expect(test.alerts).toMatchObject([{ title: 'look', level: 'info' }])
    const [media] = test.recorder.of('onMedia')
    expect(Buffer.from(test.recorder.files.get(media!.data[0]!)!).toString()).toBe('a cat')
    const outcome = await test.finish()
    expect(outcome).toMatchObject({ state: 'finished', run: { project: 'test', config: { lr: 0.1 } } })
  })

  it('has what callbacks raise, log, ask for and deliver', async () => {
    let attempts = 0
    const rule: Callback = {
      name: 'rule',
      onLog: ({ data }, { alert, requestStop, deliver }) => {
        if (!('loss' in data)) return
        log({ seen: 1 })
        alert({ title: 'loss!' })
        requestStop('enough')
        deliver({ text: 'hello' }, { key: 'one' })
      },
      send: async () => {
        if (++attempts < 3) throw new Error('not now')
      },
    }
    await using test = await testRun({ callbacks: rule })
    test.log({ loss: 1 })
    await test.finish()
    expect(test.rows.map(({ data }) => data)).toEqual([{ loss: 1 }, { seen: 1 }])
    expect(test.alerts).toMatchObject([{ title: 'loss!', id: expect.any(String) }])
    expect(test.stopRequests).toEqual([{ callback: 'rule', reason: 'enough' }])
    expect(test.run.signal.aborted).toBe(true)
    expect(test.messages).toEqual([
      { callback: 'rule', key: 'one', message: { text: 'hello' }, state: 'sent', attempts: 3, reason: 'not now' },
    ])
  })

  it('masks what a callback was given as a secret, and what is redacted, also where a delivery failed', async () => {
    class Chat extends SwanKitCallback<{ webhookUrl: string }> {
      override onStop(_outcome: Outcome, { deliver }: CallbackContext) {
        deliver('hello')
      }
      override send() {
        return Promise.reject(new DeliveryError(`Bob refused ${this.options.webhookUrl}`, { permanent: true }))
      }
    }
    const chat = new Chat({ webhookUrl: 'http://127.0.0.1/services/hunter2hunter2' })
    await using test = await testRun({ callbacks: chat, settings: { redact: { patterns: [/Bob/] } } })
    await test.finish()
    expect(test.messages).toMatchObject([{ state: 'given up', reason: '**** refused ****' }])
    expect(test.reports.join('\n')).toMatch(/was not delivered: \*{4} refused \*{4}$/m)
  })

  it.each([
    ['finish', 'finished', undefined],
    ['crash', 'crashed', 'exception'],
    ['abort', 'aborted', 'signal'],
    ['exit', 'crashed', 'exit'],
  ] as const)('ends by %s as a process does', async (how, state, cause) => {
    const seen = recorder({ name: 'seen' })
    const test = await testRun({ callbacks: [seen] })
    const ends = {
      finish: () => test.finish(),
      crash: () => test.crash(new RangeError('out of cats')),
      abort: () => test.abort('SIGTERM'),
      exit: () => test.exit(3),
    }
    const outcome = await ends[how]()
    expect([outcome.state, outcome.cause?.type]).toEqual([state, cause])
    expect(seen.last('onStop')).toMatchObject({ state })
    expect(seen.of('onError')).toHaveLength(state === 'finished' ? 0 : 1)
  })

  it('waits for nobody when the process dies of an exception, and says who was not done', async () => {
    const slow: Callback = { name: 'slow', onStop: () => sleep(60_000, undefined, { ref: false }) }
    const test = await testRun({ callbacks: slow })
    await test.crash(new Error('dead'))
    expect(test.reports.at(-1)).toContain('slow (onStop)')
  })

  it('rejects as init does', async () => {
    const refusing: Callback = {
      name: 'refusing',
      onInit: () => {
        throw new Error('no')
      },
    }
    await expect(testRun({ callbacks: refusing })).rejects.toMatchObject({ code: 'CALLBACK_FAILED' })
    await expect(testRun({ settings: { callbackTimeout: -1 } })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('an option that is just called a key', () => {
  const logged = async (key: string): Promise<unknown> => {
    class Watch extends SwanKitCallback<{ key: string }> {}
    await using test = await testRun({ callbacks: new Watch({ key }) })
    test.log({ [key]: 1 })
    return test.rows[0]?.data
  }

  it('may be that of a metric, which stays readable', async () => {
    expect(await logged('eval/loss-of-2026')).toEqual({ 'eval/loss-of-2026': 1 })
    expect(await logged('validation_accuracy')).toEqual({ validation_accuracy: 1 })
  })

  it('is a secret when it looks as if it were generated', async () => {
    expect(await logged('a8f5f167f44f4964e6c998dee827110c')).toEqual({ '****': 1 })
  })
})

describe('clock', () => {
  it('stands still until it is moved', async () => {
    const time = clock(1_000)
    const test = await testRun({ clock: time })
    time.advance(250)
    test.log({ loss: 1 })
    time.advance(750)
    expect(await test.finish()).toMatchObject({ duration: 1_000, endTime: 2_000 })
    expect(test.rows).toMatchObject([{ time: 1_250 }])
  })
})

describe('recorder', () => {
  it('writes down every moment, and answers as it is told to', async () => {
    const got = recorder({ onInit: () => ({ experimentName: 'cats' }) })
    const test = await testRun({ callbacks: [got] })
    const stopped = got.when('onStop')
    test.log({ loss: 1 })
    await test.finish()
    expect((await stopped).run.experimentName).toBe('cats')
    expect(got.last('onLog')).toMatchObject({ data: { loss: 1 } })
    expect(new Set(got.moments.map(({ place }) => place))).toEqual(new Set(['live']))
    expect(got.moments.map(({ moment }) => moment)).toEqual([
      ...['onInit', 'onOpen', 'onRun', 'onRuntimeInfoUpdate', 'onRuntimeInfoUpdate'],
      ...['onColumnCreate', 'onLog', 'onMetricCreate', 'onStop', 'onClose'],
    ])
  })
})
