import { describe, expect, it } from 'vitest'
import { ALL_MOMENTS, noted, recorder } from './testing/recorder.ts'
import { Text } from '../data/media/text.ts'
import { testRun } from './testing/test-run.ts'
import type { Callback } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'
import { MAX_ECHO } from './dispatcher.ts'
import type { Outcome } from '../contract/payloads.ts'
import type { Run } from '../contract/run.ts'

const LATER = ALL_MOMENTS.filter((moment) => moment !== 'onInit')

/** What a callback may do to its run, and how the recorder shows that it was done. */
const DEEDS: Record<string, { does: (run: Run) => unknown; kept: string | undefined }> = {
  logs: { does: (run) => run.log({ extra: 1 }), kept: 'onLog {"extra":1}' },
  alerts: { does: (run) => run.alert({ title: 'extra' }), kept: 'onAlert extra' },
  configures: { does: (run) => void (run.config['extra'] = 1), kept: '"extra":1' },
  'configures deeply': { does: (run) => void ((run.config['deep'] as { x: number }).x = 1), kept: '"deep":{"x":1}' },
  finishes: { does: (run) => run.finish(), kept: 'onStop' },
  'logs, finishes and logs': {
    does: (run) => {
      run.log({ extra: 1 })
      const done = run.finish()
      run.log({ last: 1 })
      return done
    },
    kept: 'onLog {"last":1}',
  },
}

interface Acted {
  readonly seen: readonly (readonly string[])[]
  readonly kept: readonly string[]
  readonly outcome: Outcome
  readonly reports: readonly string[]
}

/** A run in which the second of three callbacks does something to it, the first time a moment comes. */
async function act(moment: Moment, does: (run: Run) => unknown, wait: boolean): Promise<Acted> {
  let current: Run | undefined
  let done = false
  const received: string[] = []
  const seen = [recorder('first'), { name: 'second', received }, recorder('third')] as const
  const second = Object.fromEntries(
    ALL_MOMENTS.map((each) => [
      each,
      (payload: unknown): unknown => {
        received.push(noted(each, payload))
        if (each !== moment || done) return undefined
        done = true
        const result = does(current!)
        return wait ? result : undefined
      },
    ]),
  )
  const { run, memory, reports } = await testRun([seen[0], { name: 'second', ...second }, seen[2]], {
    config: { lr: 1, deep: { x: 0 } },
    callbackTimeout: 1_000,
    started: (started) => (current = started),
  })
  run.log({ loss: 1, note: new Text('hello') })
  run.alert({ title: 'look' })
  run.log({ loss: 2 })
  const outcome = await run.finish({ state: 'crashed' })
  const kept = memory.records.map(([each, payload]) => noted(each, payload))
  return { seen: seen.map((callback) => callback.received), kept, outcome, reports }
}

const MATRIX = LATER.flatMap((moment) => Object.keys(DEEDS).map((deed) => [moment, deed] as const))

describe.each([
  ['and does not wait', false],
  ['and awaits it', true],
])('a callback that uses its run %s', (_, wait) => {
  it.each(MATRIX)('in %s: %s', async (moment, deed) => {
    const { does, kept: expected } = DEEDS[deed]!
    const { seen, kept, outcome, reports } = await act(moment, does, wait)

    expect(kept.join('\n')).toContain(expected)
    expect(seen[0]).toEqual(seen[1])
    expect(seen[2]).toEqual(seen[1])
    expect(seen[1]!.at(-1)).toBe(`onStop ${outcome.state}`)
    expect(seen[1]!.filter((line) => line.startsWith('onStop'))).toHaveLength(1)
    expect(kept.filter((line) => line.startsWith('onStop'))).toHaveLength(1)
    expect(seen[1]!.indexOf('onRun')).toBe(1)
    // Whatever is dispatched is also recorded.
    for (const line of seen[1]!.filter((each) => /^on(?:Log|Alert|Column|RuntimeInfo)/.test(each)))
      expect(kept).toContain(line)
    expect(reports.filter((line) => !line.includes('came after the end'))).toEqual([])
  })
})

it.each(LATER)('the moments of every other callback in %s are the same in all orders of deeds', async (moment) => {
  const order = ['logs', 'alerts', 'configures']
  const rotations = order.map((__, at) => [...order.slice(at), ...order.slice(0, at)])
  for (const deeds of rotations) {
    const all = (run: Run): unknown => {
      for (const deed of deeds) DEEDS[deed]!.does(run)
      return run.finish()
    }
    const { seen, kept } = await act(moment, all, true)
    expect(seen[0]).toEqual(seen[1])
    expect(seen[2]).toEqual(seen[1])
    for (const deed of deeds) expect(kept.join('\n')).toContain(DEEDS[deed]!.kept)
  }
})

describe('finish() from inside a callback', () => {
  it.each(LATER)('in %s, later, after something else was awaited', async (moment) => {
    const outcomes: Outcome[] = []
    let current: Run | undefined
    const late: Callback = {
      name: 'late',
      [moment]: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        outcomes.push(await current!.finish())
      },
    }
    const { run, reports } = await testRun([late, recorder('other')], {
      callbackTimeout: 30_000,
      config: { lr: 1 },
      started: (started) => (current = started),
    })
    run.log({ loss: 1, note: new Text('hello') })
    run.alert({ title: 'look' })
    const outcome = await run.finish({ state: 'crashed' })
    await expect.poll(() => outcomes.length).toBeGreaterThan(0)
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set([outcome.state]))
    expect(reports.filter((line) => !line.includes('came after the end'))).toEqual([])
  })

  it('answers at once, while whoever ended the run from outside waits for everybody', async () => {
    const order: string[] = []
    const slow: Callback = {
      name: 'slow',
      onStop: async () => {
        await run.finish()
        order.push('inside')
        await new Promise((resolve) => setTimeout(resolve, 20))
        order.push('slow is done')
      },
    }
    const { run } = await testRun([slow])
    const first = run.finish().then(() => order.push('first'))
    await run.finish().then(() => order.push('second'))
    await first
    expect(order).toEqual(['inside', 'slow is done', 'first', 'second'])
  })

  it('may come from two callbacks in the same moment, and the first one decides', async () => {
    const ending = (name: string, state: Outcome['state']): Callback => ({
      name,
      onLog: () => void run.finish({ state }),
    })
    const { run, memory } = await testRun([ending('a', 'aborted'), ending('b', 'crashed')])
    run.log({ loss: 1 })
    expect((await run.finish()).state).toBe('aborted')
    expect(memory.of('onStop')).toHaveLength(1)
  })
})

describe('a callback that answers without end', () => {
  it('is called a bounded number of times, and every record is kept', async () => {
    const loop: Callback = { name: 'loop', onLog: ({ data }) => run.log({ n: data['n']! + 1 }) }
    const { run, memory, reports } = await testRun([loop])
    run.log({ n: 0 })
    expect(memory.of('onLog')).toHaveLength(MAX_ECHO + 2)
    expect(reports).toEqual([
      'error: loop (onLog) answers moments with new ones without end. They are recorded, but no longer passed on.',
    ])
    run.log({ n: 1_000 })
    expect(memory.of('onLog')).toHaveLength(2 * (MAX_ECHO + 2))
    expect(reports).toHaveLength(1)
    expect((await run.finish()).steps).toBe(2 * (MAX_ECHO + 2))
  })

  it('is bounded when it doubles each time, too', async () => {
    let calls = 0
    const loop: Callback = {
      name: 'loop',
      onLog: () => {
        calls++
        run.log({ left: 1 })
        run.log({ right: 1 })
      },
    }
    const { run, memory } = await testRun([loop])
    run.log({ n: 0 })
    expect(calls).toBeLessThan(20_000)
    expect(memory.of('onLog')).toHaveLength(1 + 2 * calls)
  })

  it('is bounded when two answer each other by other moments', async () => {
    const ping: Callback = { name: 'ping', onAlert: () => run.log({ n: 1 }) }
    const pong: Callback = { name: 'pong', onLog: () => run.alert({ title: 'again' }) }
    const { run, memory } = await testRun([ping, pong])
    run.log({ n: 0 })
    expect(memory.records.length).toBeLessThan(100)
  })

  it('is bounded when it changes the configuration whenever that changes', async () => {
    let calls = 0
    const loop: Callback = { name: 'loop', onRuntimeInfoUpdate: () => void (run && (run.config['n'] = ++calls)) }
    let run: Run | undefined
    const test = await testRun([loop], { started: (started) => (run = started) })
    test.run.config['n'] = 0
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(calls).toBeGreaterThan(2)
    expect(calls).toBeLessThan(200)
    const outcome = await test.run.finish()
    expect(outcome.run.config).toEqual({ n: calls })
  })

  it('is bounded at the end as well', async () => {
    const loop: Callback = { name: 'loop', onError: () => run.log({ n: 1 }), onLog: () => run.log({ n: 2 }) }
    const { run, memory } = await testRun([loop])
    await run.finish({ state: 'aborted' })
    expect(memory.of('onLog')).toHaveLength(MAX_ECHO + 1)
  })
})

describe('what callbacks add at the end', () => {
  it('in onError is dispatched to all, before onStop; in onStop it is only recorded', async () => {
    const adding: Callback = {
      name: 'adding',
      onError: () => run.alert({ title: 'in onError' }),
      onStop: async () => {
        run.log({ late: 1 })
        await new Promise((resolve) => setTimeout(resolve, 1))
        run.log({ later: 1 })
      },
    }
    const all = recorder('all')
    const { run, memory, reports } = await testRun([adding, all])
    await run.finish({ state: 'crashed' })
    expect(all.received.slice(-3)).toEqual(['onError reported', 'onAlert in onError', 'onStop crashed'])
    expect(memory.of('onLog')).toEqual([
      expect.objectContaining({ data: { late: 1 } }),
      expect.objectContaining({ data: { later: 1 } }),
    ])
    expect(reports).toEqual([])
  })

  it('is recorded also when the program itself adds it; after the end it is reported once', async () => {
    const slow: Callback = { name: 'slow', onStop: () => new Promise((resolve) => setTimeout(resolve, 10)) }
    const { run, memory, reports } = await testRun([slow])
    const done = run.finish()
    run.log({ late: 1 })
    run.alert({ title: 'late' })
    await done
    run.log({ late: 2 })
    expect(memory.of('onLog')).toMatchObject([{ data: { late: 1 } }])
    expect(reports).toEqual([`error: log() came after the end of run ${run.id}, which records nothing more.`])
  })
})

it('a moment that comes while onRun is still being called is dispatched after it', async () => {
  let current: Run | undefined
  let starting: Promise<unknown> | undefined
  const [before, after] = [recorder('before'), recorder('after')]
  let goOn = (): void => {}
  const reached = new Promise<void>((resolve) => {
    const onRun = (): Promise<void> => {
      resolve()
      return new Promise((going) => (goOn = going))
    }
    starting = testRun([before, { name: 'slow', onRun }, after], {
      started: (run) => (current = run),
      config: { lr: 1 },
    })
  })
  await reached
  current!.log({ early: 1 })
  expect(before.received).toEqual(['onInit', 'onRun'])
  goOn()
  await starting
  expect(before.received).toEqual(after.received)
  expect(after.received.slice(0, 5)).toEqual([
    'onInit',
    'onRun',
    'onRuntimeInfoUpdate {"lr":1}',
    'onColumnCreate early',
    'onLog {"early":1}',
  ])
})
