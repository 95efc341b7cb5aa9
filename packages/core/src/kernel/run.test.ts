import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { recorder } from './testing/recorder.ts'
import { testRun } from './testing/test-run.ts'
import type { CallbackContext } from '../contract/context.ts'
import type { Outcome } from '../contract/payloads.ts'

describe('finish', () => {
  it('answers with the outcome, the same each time', async () => {
    const { run, memory, ended } = await testRun([recorder('a')], { config: { lr: 1 } })
    run.log({ loss: 3, acc: 0.5 })
    run.log({ loss: 1 }, 10)
    const [first, second] = await Promise.all([run.finish(), run.finish({ state: 'crashed' })])
    expect(second).toBe(first)
    expect(await run.finish()).toBe(first)
    expect(first).toMatchObject({
      state: 'finished',
      steps: 2,
      lastStep: 10,
      summary: { loss: { last: 1, lastStep: 10, min: 1, max: 3, count: 2 }, acc: { count: 1 } },
      run: { id: run.id, project: 'test', tags: ['one'], config: { lr: 1 } },
      losses: {},
      callbacks: [
        { name: 'memory', failures: 0, disabled: false },
        { name: 'a', failures: 0, disabled: false },
      ],
    })
    expect(first).not.toHaveProperty('error')
    expect(first).not.toHaveProperty('cause')
    expect(first.duration).toBe(first.endTime - first.run.startTime)
    expect(run.state).toBe('finished')
    expect(memory.of('onStop')).toHaveLength(1)
    expect(ended).toEqual([run])
  })

  it.each<[object, Partial<Outcome>]>([
    [{ state: 'crashed' }, { state: 'crashed', cause: { type: 'reported' } }],
    [{ state: 'aborted' }, { state: 'aborted', cause: { type: 'reported' } }],
    [
      { error: new TypeError('NaN') },
      { state: 'crashed', error: expect.objectContaining({ name: 'TypeError', message: 'NaN' }) as never },
    ],
    [{ error: 'just text' }, { state: 'crashed', error: { name: 'string', message: 'just text' } }],
    [
      { error: null, state: 'aborted' },
      { state: 'aborted', error: { name: 'object', message: 'null' } },
    ],
    [{ error: undefined }, { state: 'finished' }],
  ])('takes %o', async (options, expected) => {
    const all = recorder('all')
    const { run } = await testRun([all])
    expect(await run.finish(options)).toMatchObject(expected)
    const end = expected.state === 'finished' ? [] : ['onError reported']
    expect(all.received.slice(-end.length - 1)).toEqual([...end, `onStop ${expected.state}`])
  })

  it.each(['crashed', null, { state: 'weird' }, { state: 1 }, { state: Object.create(null) as object }])(
    'refuses %o, and the run goes on',
    async (options) => {
      const { run } = await testRun([])
      await expect(run.finish(options as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
      run.log({ loss: 1 })
      expect((await run.finish()).steps).toBe(1)
    },
  )

  it('gives onError the error, or a message when there is none', async () => {
    const errors: unknown[] = []
    const listening = { name: 'a', onError: (failure: object) => void errors.push(failure) }
    const { run } = await testRun([listening])
    const outcome = await run.finish({ state: 'aborted' })
    expect(errors).toEqual([
      expect.objectContaining({
        error: { name: 'Error', message: 'the program reported a failure' },
        cause: { type: 'reported' },
        run: outcome.run,
      }),
    ])
  })

  it('happens at the end of an `await using` block', async () => {
    let ended: Outcome | undefined
    {
      const { run } = await testRun([{ name: 'a', onStop: (outcome) => void (ended = outcome) }])
      await using scoped = run
      scoped.log({ loss: 1 })
    }
    expect(ended?.steps).toBe(1)
  })

  it('reports what the recorder could not keep', async () => {
    const { run, reports } = await testRun([], { memory: { lost: () => 3 } })
    expect((await run.finish()).losses).toEqual({ records: 3 })
    expect(reports).toEqual(['warn: 3 records could not be written.'])
  })
})

describe('after the end', () => {
  it('log and alert are reported once, and never throw', async () => {
    const { run, memory, reports } = await testRun([])
    await run.finish()
    for (let i = 0; i < 1_000; i++) run.log({ loss: i })
    run.alert({ title: 'late' })
    run.config['late'] = true
    await new Promise(setImmediate)
    expect(memory.records.slice(-2).map(([moment]) => moment)).toEqual(['onStop', 'onClose'])
    expect(reports).toEqual([`error: log() came after the end of run ${run.id}, which records nothing more.`])
  })
})

describe('work that was handed to waitUntil', () => {
  it('is waited for', async () => {
    let done = false
    const working = {
      name: 'working',
      onStop: (_: Outcome, { waitUntil }: CallbackContext) =>
        waitUntil(new Promise<void>((resolve) => setImmediate(resolve)).then(() => void (done = true))),
    }
    const { run, reports } = await testRun([working])
    await run.finish()
    expect(done).toBe(true)
    expect(reports).toEqual([])
  })

  it('is asked to stop when its time is over, and can still report what is left', async () => {
    const working = {
      name: 'working',
      onStop: (_: Outcome, { waitUntil, signal, report }: CallbackContext) =>
        waitUntil(once(signal, 'abort').then(() => report('warn', 'one file is left'))),
    }
    const { run, reports } = await testRun([working], { finishTimeout: 10 })
    await run.finish()
    expect(reports).toEqual(['warn: Not done within 0.01 s: working.', 'warn: working: one file is left'])
  })

  it('that ignores this is left behind', async () => {
    const stuck = {
      name: 'stuck',
      onStop: (_: Outcome, { waitUntil }: CallbackContext) => waitUntil(new Promise(() => {})),
    }
    const { run, ended } = await testRun([stuck], { finishTimeout: 10 })
    expect(await run.finish()).toMatchObject({ state: 'finished' })
    expect(ended).toHaveLength(1)
  })
})

describe('log', () => {
  it('gives the recorder each moment at once, and before any other callback', async () => {
    const order: string[] = []
    const memory = { onLog: () => void order.push('backend'), onColumnCreate: () => void order.push('column') }
    const { run } = await testRun([{ name: 'a', onLog: () => void order.push('callback') }], { memory })
    run.log({ loss: 1 })
    order.push('returned')
    run.log({ loss: 2 })
    expect(order).toEqual(['column', 'backend', 'callback', 'returned', 'backend', 'callback'])
  })

  it('records pending changes of the configuration first', async () => {
    const all = recorder('all')
    const { run } = await testRun([all])
    run.config['lr'] = 0.1
    run.log({ loss: 1 })
    expect(all.received.slice(-4, -2)).toEqual(['onRuntimeInfoUpdate {"lr":0.1}', 'onColumnCreate loss'])
  })

  it('summarizes only for those who listen', async () => {
    const metrics: unknown[] = []
    const { run, memory } = await testRun([{ name: 'a', onMetricCreate: (metric) => void metrics.push(metric) }])
    run.log({ loss: 2 })
    run.log({ loss: 1 })
    expect(metrics).toEqual([
      expect.objectContaining({ value: 2, step: 0, summary: expect.objectContaining({ count: 1, min: 2 }) as object }),
      expect.objectContaining({ value: 1, step: 1, summary: expect.objectContaining({ count: 2, min: 1 }) as object }),
    ])
    expect(memory.of('onMetricCreate')).toHaveLength(2)
    const unheard = await testRun([])
    unheard.run.log({ loss: 2 })
    expect(unheard.memory.of('onMetricCreate')).toEqual([])
  })

  it('prints what was recorded when asked to', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    const { run } = await testRun([])
    run.log({ a: { b: true } }, { step: 3, printToConsole: true })
    run.log({ a: 'nothing' }, { printToConsole: true })
    expect(print.mock.calls).toEqual([[{ 'a/b': 1 }]])
    print.mockRestore()
  })
})

describe('alert', () => {
  it('is bounded and plain', async () => {
    const { run, memory } = await testRun([])
    run.alert({
      title: `  ${'t'.repeat(300)}  `,
      text: 'x'.repeat(9_000),
      level: 'warn',
      step: 3,
      rule: 'r'.repeat(300),
    })
    run.alert({ title: 'odd', text: 7, step: 'three', rule: { a: 1 } } as never)
    expect(memory.of('onAlert')).toEqual([
      {
        title: 't'.repeat(256),
        text: 'x'.repeat(8_192),
        level: 'warn',
        time: expect.any(Number) as number,
        step: 3,
        rule: 'r'.repeat(256),
      },
      { title: 'odd', text: '7', level: 'info', time: expect.any(Number) as number, rule: '{ a: 1 }' },
    ])
  })

  it.each([
    undefined,
    null,
    'text',
    {},
    { title: '' },
    { title: '  ' },
    { title: 7 },
    { title: 'a', level: 'fatal' },
    { title: 'a', level: Object.create(null) as object },
  ])('given %o is reported and ignored; it never throws', async (options) => {
    const { run, memory, reports } = await testRun([])
    run.alert(options as never)
    expect(memory.of('onAlert')).toEqual([])
    expect(reports).toEqual([expect.stringMatching(/^error: alert: .* Ignored\.$/)])
  })

  it('survives options that cannot be read', async () => {
    const { run, reports } = await testRun([])
    const title = (): never => {
      throw new Error('no title')
    }
    run.alert(Object.defineProperty({}, 'title', { get: title }) as never)
    expect(reports).toEqual(['error: alert: its options cannot be read: no title. Ignored.'])
  })
})
