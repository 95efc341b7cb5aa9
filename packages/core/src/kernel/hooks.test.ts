import { describe, expect, it } from 'vitest'
import { recorder } from './testing/recorder.ts'
import { reportsOf, testRun } from './testing/test-run.ts'
import type { Callback } from '../contract/callback.ts'
import type { RunHooks } from '../contract/hooks.ts'

const failing = (): never => {
  throw new Error('interceptor down')
}

describe('run.hooks', () => {
  it('takes taps of every kind on awaited hooks, and waits for each in turn', async () => {
    const order: string[] = []
    const { run } = await testRun([])
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3))
    run.hooks.finish.tap('sync', ({ state }) => void order.push(`sync ${state}`))
    run.hooks.finish.tapAsync('async', (_, done) => setTimeout(() => (order.push('async'), done()), 3))
    run.hooks.finish.tapPromise('promise', () => pause().then(() => void order.push('promise')))
    // The classic mistake: tapable alone would not wait for it.
    run.hooks.finish.tap('async by mistake', (async () => {
      await pause()
      order.push('async by mistake')
    }) as () => void)
    run.hooks.finish.tap('last', () => void order.push('last'))
    await run.finish()
    expect(order).toEqual(['sync finished', 'async', 'promise', 'async by mistake', 'last'])
  })

  it('runs every tap inside the guard', async () => {
    const { run, reports } = await testRun([], { callbackTimeout: 20 })
    const after = recorder('after')
    run.hooks.log.tap('a', failing)
    run.hooks.log.tap('b', (() => Promise.reject(new Error('b is down'))) as () => void)
    run.hooks.finish.tap('c', failing)
    run.hooks.finish.tapAsync('d', (_, done) => done(new Error('d is down')))
    run.hooks.finish.tapAsync('e', failing)
    run.hooks.finish.tapAsync('never', () => {})
    run.hooks.finish.tapPromise('f', () => Promise.reject(new Error('f is down')))
    run.hooks.finish.tapPromise('no promise', (() => 'text') as never)
    run.hooks.log.tap('after', (record) => after.onLog!(record, undefined as never))
    run.hooks.finish.tapPromise('after', async (outcome) => after.onStop!(outcome, undefined as never))
    run.log({ loss: 1 })
    const outcome = await run.finish()
    expect(after.received).toEqual(['onLog {"loss":1}', 'onStop finished'])
    expect(reports.filter((line) => line.startsWith('error'))).toEqual([
      'error: Callback "a" failed in onLog: interceptor down',
      'error: Callback "b" failed in onLog: b is down',
      'error: Callback "c" failed in onStop: interceptor down',
      'error: Callback "d" failed in onStop: d is down',
      'error: Callback "e" failed in onStop: interceptor down',
      'error: Callback "never" failed in onStop: no answer within 20 ms',
      'error: Callback "f" failed in onStop: f is down',
    ])
    expect(reportsOf(outcome).map(({ name, failures }) => `${name} ${failures}`)).toEqual([
      ...['a 1', 'b 1', 'c 1', 'd 1', 'e 1', 'never 1', 'f 1', 'no promise 0', 'after 0'],
    ])
  })

  it('keeps the order that `stage` and `before` ask for', async () => {
    const order: string[] = []
    const says = (name: string) => (): void => void order.push(name)
    const { run } = await testRun([{ name: 'callback', onLog: says('callback') }])
    run.hooks.log.tap({ name: 'late', stage: 10 }, says('late'))
    run.hooks.log.tap('normal', says('normal'))
    run.hooks.log.tap({ name: 'early', stage: -10 }, says('early'))
    run.hooks.log.tap({ name: 'first', before: 'callback' }, says('first'))
    run.log({ loss: 1 })
    expect(order).toEqual(['early', 'first', 'callback', 'normal', 'late'])
  })

  it('is given to `apply`, once and before anything else, with an onInit that may answer', async () => {
    const order: string[] = []
    const tapping: Callback = {
      name: 'tapping',
      apply(hooks) {
        order.push('apply')
        hooks.init.tapPromise('tapping', async ({ project }) => ({ experimentName: `${project}-x` }) as never)
        hooks.init.tapAsync('by callback', (info, done) => done(null, { description: info.experimentName } as never))
        hooks.run.tap('tapping', ({ experimentName }) => void order.push(`run ${experimentName}`))
      },
      onInit: () => void order.push('init'),
    }
    const { run } = await testRun([tapping])
    expect(order).toEqual(['apply', 'init', 'run test-x'])
    expect(run.description).toBe('test-x')
  })

  it('makes init reject when a tap on `init` fails', async () => {
    const apply = (hooks: RunHooks): void => hooks.init.tapAsync('deep', (_, done) => done(new Error('no')))
    await expect(testRun([{ name: 'a', apply }])).rejects.toThrow('Callback "deep" failed in onInit: no')
  })
})

describe('an interceptor of the application', () => {
  it('sees calls, taps and results', async () => {
    const seen: string[] = []
    const { run } = await testRun([recorder('a')])
    run.hooks.log.intercept({
      call: ({ step }) => void seen.push(`call ${step}`),
      tap: ({ name }) => void seen.push(`tap ${name}`),
      done: () => void seen.push('done'),
    })
    run.log({ loss: 1 })
    expect(seen).toEqual(['call 0', 'tap memory', 'tap a', 'done'])
  })

  it.each(['call', 'tap', 'done'] as const)('whose `%s` throws hurts nobody, and is reported once', async (what) => {
    const [first, second] = [recorder('first'), recorder('second')]
    const { run, reports, ended } = await testRun([first, second])
    for (const hook of ['log', 'error', 'finish'] as const) run.hooks[hook].intercept({ [what]: failing })
    for (let step = 0; step < 3; step++) run.log({ loss: step })
    expect((await run.finish({ state: 'crashed' })).steps).toBe(3)
    for (const { received } of [first, second])
      expect(received.filter((line) => /^on(?:Log|Error|Stop)/.test(line))).toEqual([
        ...['onLog {"loss":0}', 'onLog {"loss":1}', 'onLog {"loss":2}'],
        ...['onError reported', 'onStop crashed'],
      ])
    expect(ended).toEqual([run])
    expect(reports).toEqual(
      ['log', 'error', 'finish'].map((hook) => `error: An interceptor of run.hooks.${hook} failed: interceptor down`),
    )
  })

  it('that throws when the run starts does not stop it', async () => {
    const tapping: Callback = { name: 'tapping', apply: (hooks) => hooks.run.intercept({ call: failing }) }
    const all = recorder('all')
    const { run, reports } = await testRun([tapping, all])
    expect(run.state).toBe('running')
    expect(all.received).toContain('onRun')
    expect(reports).toEqual(['error: An interceptor of run.hooks.run failed: interceptor down'])
  })

  it('that throws half-way through an awaited moment leaves nobody waiting', async () => {
    const [first, second] = [recorder('first'), recorder('second')]
    const { run, reports } = await testRun([first, second])
    run.hooks.finish.intercept({ tap: ({ name }) => (name === 'second' ? failing() : undefined), error: failing })
    await run.finish()
    expect([first.received.at(-1), second.received.at(-1)]).toEqual(['onStop finished', 'onStop finished'])
    expect(reports).toEqual(['error: An interceptor of run.hooks.finish failed: interceptor down'])
  })

  it('that throws at onInit does not hurt either', async () => {
    const apply = (hooks: RunHooks): void => hooks.init.intercept({ call: failing, tap: failing, result: failing })
    const { run, reports } = await testRun([{ name: 'tapping', apply, onInit: () => ({ experimentName: 'x' }) }])
    expect(run.experimentName).toBe('x')
    expect(reports).toEqual(['error: An interceptor of run.hooks.init failed: interceptor down'])
  })

  it('may wrap taps, and then its wrapper is guarded in place of what it wraps', async () => {
    const [first, last] = [recorder('first'), recorder('last')]
    const { run, reports } = await testRun([first, recorder('wrapped'), last], { callbackTimeout: 20 })
    for (const hook of ['log', 'error', 'finish'] as const)
      run.hooks[hook].intercept({ register: (tap) => (tap.name === 'wrapped' ? { ...tap, fn: failing } : tap) })
    run.log({ loss: 1 })
    const outcome = await run.finish({ state: 'crashed' })
    for (const { received } of [first, last])
      expect(received.filter((line) => /^on(?:Log|Error|Stop)/.test(line))).toEqual([
        ...['onLog {"loss":1}', 'onError reported', 'onStop crashed'],
      ])
    expect(reports.filter((line) => line.startsWith('error'))).toEqual(
      ['onLog', 'onError', 'onStop'].map((moment) => `error: Callback "wrapped" failed in ${moment}: interceptor down`),
    )
    expect(reportsOf(outcome)[1]).toEqual({ name: 'wrapped', failures: 3, disabled: false })
  })
})
