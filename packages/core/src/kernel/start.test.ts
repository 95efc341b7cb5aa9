import { describe, expect, it } from 'vitest'
import { recorder } from './testing/recorder.ts'
import { testRun } from './testing/test-run.ts'
import type { Callback } from '../contract/callback.ts'
import { SwanLabError } from '../contract/error.ts'
import type { EarlierRecord, Outcome, RunInfo } from '../contract/payloads.ts'
import type { Run } from '../contract/run.ts'

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtExceptionMonitor']
const listeners = (): number[] => EVENTS.map((event) => process.listenerCount(event))

const refusing = (error: unknown, more: Partial<Callback> = {}): Callback => ({
  name: 'bad',
  onInit: () => {
    throw error
  },
  ...more,
})

describe('onInit', () => {
  it('is called in order: the recorder first, and each gets what those before it have answered', async () => {
    const received: [string, string | undefined][] = []
    const naming = (name: string, experimentName: string): Callback => ({
      name,
      onInit(info) {
        received.push([name, info.experimentName])
        return { experimentName }
      },
    })
    const memory = { onInit: () => ({ experimentName: 'by-mode' }) }
    const { run } = await testRun([naming('a', 'by-a'), { ...naming('b', 'by-b'), name: 'b' }], { memory })
    expect(received).toEqual([
      ['a', 'by-mode'],
      ['b', 'by-a'],
    ])
    expect(run.experimentName).toBe('by-b')
  })

  it.each([
    ['an Error', new RangeError('no network'), 'RangeError: no network'],
    ['text', 'no network', 'threw string no network'],
    ['undefined', undefined, 'threw undefined'],
  ])('that throws %s makes init reject, by name and with the cause', async (_, thrown, described) => {
    const error = await testRun([refusing(thrown)]).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SwanLabError)
    expect(error).toMatchObject({
      code: 'CALLBACK_FAILED',
      message: `Callback "bad" failed in onInit: ${described}`,
      cause: thrown,
    })
    expect(error).toHaveProperty('cause')
  })

  it('that never answers makes init reject at its deadline', async () => {
    const hanging: Callback = { name: 'slow', timeout: 20, onInit: () => new Promise(() => {}) }
    await expect(testRun([hanging])).rejects.toThrow('Callback "slow" failed in onInit: no answer within 20 ms')
  })

  it('of the mode itself speaks to the user in its own words', async () => {
    const refusal = new SwanLabError('RESUME_FAILED', 'no such run')
    const onInit = (): never => {
      throw refusal
    }
    await expect(testRun([], { memory: { onInit } })).rejects.toBe(refusal)
  })

  it('that throws a SwanLabError rejects with that, for its code and words are meant for the user', async () => {
    const refusal = new SwanLabError('CLOUD_UNREACHABLE', 'http://h cannot be reached')
    await expect(testRun([refusing(refusal)])).rejects.toBe(refusal)
  })

  it('that fails leaves nothing behind: whoever had started is stopped, once, and nobody else is called', async () => {
    const before = listeners()
    const [first, last] = [recorder('first'), recorder('last')]
    const outcomes: Outcome[] = []
    const patient: Callback = {
      name: 'patient',
      onInit: () => {},
      onStop: async (outcome) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        outcomes.push(outcome)
      },
    }
    let opened = 0
    let started = 0
    const options = { memory: { onOpen: () => void opened++ }, started: () => void started++ }
    await expect(testRun([first, patient, refusing(new Error('no')), last], options)).rejects.toThrow('no')

    expect(first.received).toEqual(['onInit', 'onStop aborted'])
    expect(outcomes).toEqual([
      expect.objectContaining({ state: 'aborted', cause: { type: 'reported' }, steps: 0, summary: {} }),
    ])
    expect(outcomes[0]?.error?.message).toContain('Callback "bad" failed in onInit: no')
    expect(last.received).toEqual([])
    expect([opened, started]).toEqual([0, 0])
    expect(listeners()).toEqual(before)
  })

  it('that fails costs only a report when the callback is optional, which does not count as started', async () => {
    const optional = refusing(new Error('no'), { optional: true, onStop: () => void stopped++ })
    let stopped = 0
    const { run, reports } = await testRun([optional])
    expect(reports).toEqual(['error: Callback "bad" failed in onInit: no'])
    await run.finish()
    expect(stopped).toBe(1)

    await expect(testRun([optional, refusing(new Error('really no'), { name: 'worse' })])).rejects.toThrow('worse')
    expect(stopped).toBe(1)
  })

  it('leaves nothing behind either when the run folder cannot be made', async () => {
    const before = listeners()
    const first = recorder('first')
    const refusal = new SwanLabError('LOGDIR_UNUSABLE', 'read-only')
    const onOpen = (): never => {
      throw refusal
    }
    await expect(testRun([first], { memory: { onOpen } })).rejects.toBe(refusal)
    expect(first.received).toEqual(['onInit', 'onStop aborted'])
    expect(listeners()).toEqual(before)
  })
})

describe('apply', () => {
  it('that throws makes init reject, by name and with the cause', async () => {
    const cause = new Error('no such hook')
    const apply = (): never => {
      throw cause
    }
    await expect(testRun([{ name: 'bad', apply }])).rejects.toMatchObject({
      code: 'CALLBACK_FAILED',
      message: 'Callback "bad" failed in apply: no such hook',
      cause,
    })
    const { reports } = await testRun([{ name: 'bad', apply, optional: true }])
    expect(reports).toEqual(['error: Callback "bad" failed in apply: no such hook'])
  })

  it('must not be async', async () => {
    const apply = (): Promise<void> => Promise.reject(new Error('later'))
    await expect(testRun([{ name: 'bad', apply }])).rejects.toThrow('failed in apply: it must tap at once')
  })
})

describe('a started run', () => {
  it('is announced to its owner before any onRun, and has begun when the promise resolves', async () => {
    const order: string[] = []
    let current: Run | undefined
    const callback: Callback = {
      name: 'a',
      onRun: async (info: RunInfo) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        order.push(`onRun ${current?.state} ${info.experimentName}`)
      },
    }
    const { run } = await testRun([callback], { started: (started) => (order.push('started'), (current = started)) })
    expect(order).toEqual(['started', `onRun running ${'a'.repeat(21)}`])
    expect(run.state).toBe('running')
  })

  it('reports runtime information only after it has begun', async () => {
    const all = recorder('all')
    await testRun([all], { config: { lr: 1 } })
    expect(all.received).toEqual([
      'onInit',
      'onRun',
      'onRuntimeInfoUpdate {"lr":1}',
      'onRuntimeInfoUpdate metadata',
      'onRuntimeInfoUpdate requirements',
    ])
  })

  it('has the folder that onOpen answers with', async () => {
    const { run } = await testRun([], { memory: { onOpen: () => ({ dir: '/run/here' }) } })
    expect(run.dir).toBe('/run/here')
    expect(run.public).toEqual({
      projectName: 'test',
      runId: run.id,
      swanlogDir: '/nowhere',
      runDir: '/run/here',
      cloud: {
        available: false,
        projectName: undefined,
        projectUrl: undefined,
        experimentName: undefined,
        experimentUrl: undefined,
      },
    })
  })

  it('goes on from what an earlier part had recorded', async () => {
    const earlier: EarlierRecord[] = [
      { type: 'log', step: 4, time: 1, data: { loss: 0.5 } },
      { type: 'config', config: { lr: 1, depth: 3 } },
    ]
    const memory = { onInit: () => ({ resumed: true, earlier }) }
    const all = recorder('all')
    const { run } = await testRun([all], { memory, config: { lr: 2 } })
    run.log({ loss: 0.25 })
    const outcome = await run.finish()
    expect(outcome).toMatchObject({ steps: 2, lastStep: 5, run: { config: { lr: 2, depth: 3 } } })
    expect(outcome.summary['loss']).toMatchObject({ count: 2, max: 0.5, min: 0.25 })
    expect(all.received.filter((line) => line.startsWith('onLog'))).toEqual(['onLog {"loss":0.25}'])
  })
})

it('names must be unique, and a clash names the name', async () => {
  await expect(testRun([recorder('twin'), recorder('twin')])).rejects.toMatchObject({
    code: 'INVALID_CALLBACK',
    message: expect.stringContaining('Two callbacks are named "twin"') as string,
  })
  await expect(testRun([recorder('memory')])).rejects.toThrow('Two callbacks are named "memory"')
})

describe('a host', () => {
  it('says where the others live, takes its time over it, and what it adopts gets onInit here and nothing else', async () => {
    const moments: string[] = []
    const noting = (moment: string) => (): void => void moments.push(moment)
    const offered: string[] = []
    const host: Callback = {
      name: 'host',
      adopt: async (callbacks) => {
        offered.push(...callbacks.map(({ name }) => name))
        await Promise.resolve()
        return [{ name: 'guest', place: 'resident' }]
      },
    }
    const guest: Callback = {
      name: 'guest',
      apply: noting('apply'),
      onInit: noting('init'),
      onOpen: noting('open'),
      onRun: noting('run'),
      onLog: noting('log'),
      onStop: noting('stop'),
    }
    const { run } = await testRun([host, guest])
    run.log({ loss: 1 })
    await run.finish()
    expect(offered).toEqual(['memory', 'guest'])
    expect(moments).toEqual(['init', 'open'])
    expect(run.callbacks.map(({ name, place }) => [name, place])).toEqual([
      ['memory', 'live'],
      ['host', 'live'],
      ['guest', 'resident'],
    ])
  })

  it('that cannot say keeps the run from starting', async () => {
    const host: Callback = {
      name: 'host',
      adopt: () => Promise.reject(new SwanLabError('INVALID_CALLBACK', 'not here')),
    }
    await expect(testRun([host])).rejects.toThrow('not here')
  })
})
