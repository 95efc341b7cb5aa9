import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { activeSlot, alert, finish, log } from '../current.ts'
import { testRun } from './testing/test-run.ts'
import type { Callback } from '../contract/callback.ts'
import type { CallbackContext } from '../contract/context.ts'
import { Contexts, type ContextTarget } from './contexts.ts'
import type { Alert } from '../contract/payloads.ts'

function contextsOf(): { contexts: Contexts; raised: Alert[]; reports: string[]; target: ContextTarget } {
  const raised: Alert[] = []
  const reports: string[] = []
  const report = (level: string, message: string): void => void reports.push(`${level}: ${message}`)
  const nothing = (): void => {}
  const target: ContextTarget = {
    startTime: 1,
    dir: '/run',
    resumed: true,
    raise: (one: Alert) => void raised.push(one),
    log: nothing,
    requestStop: nothing,
  }
  return {
    contexts: new Contexts({ place: 'replay', report, clock: () => 5, waitUntil: nothing, deliver: nothing }),
    raised,
    reports,
    target,
  }
}

describe('the context of a callback', () => {
  it('is the second argument of every moment, and of apply', async () => {
    const seen = new Map<string, CallbackContext>()
    const names = ['onInit', 'onRun', 'onRuntimeInfoUpdate', 'onColumnCreate', 'onLog', 'onMetricCreate', 'onAlert']
    const moments = ['apply', ...names, 'onError', 'onStop']
    const note = (name: string) => (_: unknown, context: CallbackContext) => void seen.set(name, context)
    const { run } = await testRun([
      { name: 'noting', ...Object.fromEntries(moments.map((name) => [name, note(name)])) },
    ])
    run.log({ loss: 1 })
    run.alert({ title: 'look' })
    await run.finish({ state: 'crashed' })
    expect([...seen.keys()].toSorted()).toEqual(moments.toSorted())
    expect(new Set(seen.values()).size).toBe(1)
    expect(seen.get('onStop')).toMatchObject({ place: 'live', resumed: false, dir: undefined })
  })

  it('raises alerts that are recorded, with the same id whenever the same is raised in the same run', async () => {
    const raising = (): Callback => ({
      name: 'raising',
      onLog: ({ step }, context) => context.alert({ title: 'look', ...(step > 1 && { step }) }),
    })
    const runs = [await testRun([raising()]), await testRun([raising()])]
    const ids = runs.map(({ run, memory }) => {
      for (let i = 0; i < 4; i++) run.log({ loss: i })
      return memory.of('onAlert').map((one) => (one as Alert).id?.replace(/^\w+/, run.id))
    })
    expect(ids[0]).toHaveLength(4)
    expect(new Set(runs[0]!.memory.of('onAlert').map((one) => (one as Alert).id)).size).toBe(4)
    expect(ids[0]).toEqual(ids[1])
  })

  it('knows the run when it has started, and before that says that it is too early', () => {
    const { contexts, raised, target } = contextsOf()
    const context = contexts.of({ name: 'a' })
    expect(() => context.alert({ title: 'look' })).toThrow('alert() is too early')
    expect(context).toMatchObject({ dir: undefined, resumed: false })
    contexts.open(target)
    context.alert({ title: 'look' })
    expect(context).toMatchObject({ dir: '/run', resumed: true })
    expect(raised).toMatchObject([{ title: 'look', time: 5 }])
  })

  it('takes 1,000 alerts of one callback, and says once that it drops more; others are not concerned', () => {
    const { contexts, raised, reports, target } = contextsOf()
    contexts.open(target)
    for (let i = 0; i < 1_100; i++) contexts.of({ name: 'a' }).alert({ title: 'look' })
    expect(raised).toHaveLength(1_000)
    expect(reports).toEqual(['error: Callback "a" has raised 1000 alerts in this run. Further ones are dropped.'])
    contexts.of({ name: 'b' }).alert({ title: 'look' })
    expect(raised).toHaveLength(1_001)
  })

  it('names the callback in what it reports, also of a bad alert', () => {
    const { contexts, raised, reports, target } = contextsOf()
    contexts.open(target)
    contexts.of({ name: 'a' }).report('warn', 'it rains')
    contexts.of({ name: 'a' }).alert({ title: '' })
    expect(reports).toEqual(['warn: a: it rains', expect.stringMatching(/^error: Callback "a": alert: "title" takes/)])
    expect(raised).toEqual([])
  })
})

describe('alert(), log() and finish() inside a callback', () => {
  it('mean the run of the callback, also when another one is active', async () => {
    const speaking: Callback = {
      name: 'speaking',
      onRun: async () => {
        await sleep(1)
        alert({ title: 'later' })
      },
      onLog: ({ data }) => {
        if (data['extra'] === undefined) log({ extra: 1 })
        alert({ title: 'at once' })
      },
      onAlert: ({ title }) => (title === 'end' ? void finish() : undefined),
    }
    const own = await testRun([speaking])
    const other = await testRun([], { started: (run) => activeSlot.started(run) })
    own.run.log({ loss: 1 })
    own.run.alert({ title: 'end' })
    await own.run.finish()
    expect(own.memory.of('onAlert')).toMatchObject(['later', 'at once', 'at once', 'end'].map((title) => ({ title })))
    expect(own.memory.of('onLog')).toHaveLength(2)
    expect(other.memory.of('onAlert')).toEqual([])
    expect(other.memory.of('onLog')).toEqual([])
    expect(other.run.state).toBe('running')
  })
})
