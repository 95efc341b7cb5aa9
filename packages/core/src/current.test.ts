import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Callback } from './contract/callback.ts'
import type { Run } from './contract/run.ts'
import { alert, config, finish, getRun, log, registerCallbacks, withRun } from './current.ts'
import { init } from './init.ts'
import type { InitOptions } from './options/init-options.ts'
import { memoryRecorder, type MemoryRecorder } from './kernel/testing/memory-recorder.ts'

interface Started {
  readonly run: Run
  readonly memory: MemoryRecorder
  /** What was logged. */
  readonly rows: () => unknown[]
}

let open: Run[] = []
let reports: string[] = []

afterEach(async () => {
  for (const run of open) await run.finish()
  open = []
  reports = []
})

async function start(options: InitOptions<object> = {}, ...callbacks: Callback[]): Promise<Started> {
  const memory = memoryRecorder()
  const run = await init({
    project: 'several',
    callbacks: [memory, ...callbacks],
    settings: {
      metadataCollect: false,
      requirementsCollect: false,
      report: (level, message) => void reports.push(`${level}: ${message}`),
    },
    ...options,
  })
  open.push(run)
  return { run, memory, rows: () => memory.of('onLog').map((record) => (record as { data: unknown }).data) }
}

const separate = (options: InitOptions<object> = {}, ...callbacks: Callback[]): Promise<Started> =>
  start({ reinit: 'create_new', ...options }, ...callbacks)

describe("init with reinit: 'create_new'", () => {
  it('starts a run of its own beside the active one, which stays what the functions of the package mean', async () => {
    const main = await start({ config: { lr: 1 } })
    const other = await separate({ config: { lr: 2 } })
    expect(other.run).not.toBe(main.run)
    expect(getRun()).toBe(main.run)
    log({ of: 1 })
    other.run.log({ of: 2 })
    expect([main.rows(), other.rows()]).toEqual([[{ of: 1 }], [{ of: 2 }]])
    expect([config['lr'], other.run.config['lr']]).toEqual([1, 2])
    await other.run.finish()
    expect(getRun()).toBe(main.run)
    expect(reports.filter((message) => !message.startsWith('info'))).toEqual([])
  })

  it('does not make it the active one either where there is none', async () => {
    const { run } = await separate()
    expect(getRun()).toBeUndefined()
    const main = await start()
    expect(main.run).not.toBe(run)
    expect(getRun()).toBe(main.run)
  })

  it('leaves what was registered and configured to the run that becomes the active one', async () => {
    const seen: string[] = []
    registerCallbacks({ name: 'registered', onRun: ({ id }) => void seen.push(id) })
    config['seed'] = 7
    const other = await separate()
    expect(other.run.config.toJSON()).toEqual({})
    const main = await start()
    expect(main.run.config.toJSON()).toEqual({ seed: 7 })
    expect(seen).toEqual([main.run.id])
  })

  it('starts many at once, which share nothing', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, (_, n) => separate({ config: { n } })))
    for (const [n, { run }] of runs.entries()) run.log({ n })
    expect(new Set(runs.map(({ run }) => run.id)).size).toBe(20)
    expect(runs.map(({ run, rows }) => [run.config['n'], ...rows()])).toEqual(
      Array.from({ length: 20 }, (_, n) => [n, { n }]),
    )
  })

  it('fails alone', async () => {
    const refuses: Callback = {
      name: 'refuses',
      onInit: () => {
        throw new Error('no')
      },
    }
    const [good, bad] = await Promise.allSettled([separate(), separate({}, refuses)])
    expect([good.status, bad.status]).toEqual(['fulfilled', 'rejected'])
  })

  it.each(['create-new', 'create new', 1])('refuses reinit: %j', async (reinit) => {
    await expect(start({ reinit: reinit as never })).rejects.toThrow('reinit: takes true, false or "create_new"')
  })
})

describe('a callback', () => {
  it('serves one run at a time, and the next one when that has ended or did not start', async () => {
    const mine: Callback = { name: 'mine', onLog: () => {} }
    const first = await separate({}, mine)
    await expect(separate({}, mine)).rejects.toMatchObject({
      code: 'INVALID_CALLBACK',
      message: `Callback "mine" is attached to run ${first.run.id}, which has not ended. Make one for each run.`,
    })
    await first.run.finish()
    const refuses: Callback = { name: 'refuses', onInit: () => Promise.reject(new Error('no')) }
    await expect(separate({}, mine, refuses)).rejects.toThrow('refuses')
    expect((await separate({}, mine)).run.state).toBe('running')
  })

  it('means its own run, whatever is around it', async () => {
    const seen: unknown[] = []
    const answering: Callback = {
      name: 'answering',
      onInit: () => void seen.push(getRun(), config['lr']),
      onLog: async ({ data }) => {
        if (!('loss' in data)) return
        log({ answer: 1 })
        alert({ title: 'look', text: 'here' })
        seen.push(getRun(), config['lr'])
      },
    }
    const main = await start()
    const other = await separate({ config: { lr: 2 } }, answering)
    withRun(main.run, () => other.run.log({ loss: 1 }))
    expect(main.rows()).toEqual([])
    expect(other.rows()).toEqual([{ loss: 1 }, { answer: 1 }])
    expect(other.memory.of('onAlert')).toMatchObject([{ title: 'look' }])
    expect(seen).toEqual([undefined, 2, other.run, 2])
  })

  it('can mean another run with withRun, and still cannot wait for its own end', async () => {
    const other = await separate()
    const ends: unknown[] = []
    const reaching: Callback = {
      name: 'reaching',
      onStop: async () => {
        await withRun(other.run, async () => {
          log({ from: 'the callback', n: 1 })
          ends.push((await main.run.finish()).state)
        })
      },
    }
    const main: Started = await start({}, reaching)
    await main.run.finish()
    expect(ends).toEqual(['finished'])
    expect(other.rows()).toEqual([{ n: 1 }])
  })
})

describe('withRun', () => {
  it('makes the functions of the package mean that run, in what is awaited and started as well', async () => {
    const main = await start({ config: { lr: 1 } })
    const [a, b] = [await separate({ config: { lr: 2 } }), await separate()]
    const evaluate = async (n: number): Promise<void> => {
      log({ n })
      await sleep(1)
      log({ n: n + 1 })
      await new Promise<void>((resolve) =>
        setTimeout(() => {
          log({ n: n + 2 })
          resolve()
        }, 1),
      )
    }
    await Promise.all([
      withRun(a.run, async () => {
        await evaluate(10)
        expect(getRun()).toBe(a.run)
        expect(config['lr']).toBe(2)
        config['depth'] = 3
        alert({ title: 'a', text: 'here' })
      }),
      withRun(b.run, () => evaluate(20)),
      evaluate(0),
    ])
    const rows = (from: number): unknown[] => [0, 1, 2].map((more) => ({ n: from + more }))
    expect([a.rows(), b.rows(), main.rows()]).toEqual([rows(10), rows(20), rows(0)])
    expect(a.run.config.toJSON()).toEqual({ lr: 2, depth: 3 })
    expect(main.run.config.toJSON()).toEqual({ lr: 1 })
    expect(a.memory.of('onAlert')).toMatchObject([{ title: 'a' }])
    expect(getRun()).toBe(main.run)
  })

  it('answers with what the function returns or throws, and the run goes on', async () => {
    const { run } = await separate()
    expect(withRun(run, () => 5)).toBe(5)
    expect(() =>
      withRun(run, () => {
        throw new RangeError('no')
      }),
    ).toThrow(RangeError)
    await expect(withRun(run, () => Promise.reject(new TypeError('no')))).rejects.toThrow(TypeError)
    expect(run.state).toBe('running')
    expect(getRun()).toBeUndefined()
  })

  it('can be nested: the innermost counts', async () => {
    const [a, b] = [await separate(), await separate()]
    await withRun(a.run, async () => {
      await withRun(b.run, async () => {
        await sleep(1)
        log({ inner: 1 })
      })
      log({ outer: 1 })
    })
    expect([a.rows(), b.rows()]).toEqual([[{ outer: 1 }], [{ inner: 1 }]])
  })

  it('holds for generators that are returned, of both kinds, wherever they are iterated', async () => {
    const { run, rows } = await separate()
    function* numbers() {
      log({ n: 1 })
      yield 1
      log({ n: 2 })
    }
    async function* later() {
      await sleep(1)
      log({ n: 3 })
      try {
        yield 3
      } finally {
        log({ n: 4 })
      }
    }
    expect([...withRun(run, numbers)]).toEqual([1])
    for await (const n of withRun(run, later)) {
      expect(n).toBe(3)
      expect(getRun()).toBeUndefined()
      break
    }
    expect(rows()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }])
  })

  it('of a run that has ended records nothing, and says so', async () => {
    const main = await start()
    const { run, rows } = await separate()
    await withRun(run, async () => {
      await finish()
      expect(getRun()).toBeUndefined()
      log({ late: 1 })
    })
    expect(run.state).toBe('finished')
    expect([rows(), main.rows()]).toEqual([[], []])
    expect(reports.at(-1)).toBe(`error: log() came after the end of run ${run.id}, which records nothing more.`)
    withRun(run, () => log({ later: 1 }))
    expect(main.rows()).toEqual([])
  })

  it.each([
    [undefined, 'withRun: takes the run that init() answers with, but got undefined.'],
    [{ id: 'x' }, "withRun: takes the run that init() answers with, but got { id: 'x' }."],
    [Promise.resolve(), 'withRun: takes a run, but got a promise; did you forget to await init()?'],
  ])('refuses %o', (run, message) => {
    expect(() => withRun(run as never, () => {})).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }))
  })

  it('refuses what is no function', async () => {
    const { run } = await separate()
    expect(() => withRun(run, 5 as never)).toThrow('withRun: takes a function to call, but got 5.')
  })

  it('makes a plain init answer with that run, and refuses what would end it underneath', async () => {
    const main = await start()
    const other = await separate()
    await withRun(other.run, async () => {
      expect((await start()).run).toBe(other.run)
      expect(reports.at(-1)).toContain('is active, so init() returns it')
      await expect(start({ reinit: true })).rejects.toMatchObject({ code: 'RUN_ACTIVE' })
      const third = await separate()
      expect(third.run).not.toBe(other.run)
      expect(getRun()).toBe(other.run)
      await finish()
      await expect(start()).rejects.toThrow('which has ended. Pass reinit: "create_new"')
    })
    expect([main.run.state, getRun()]).toEqual(['running', main.run])
  })

  it('does not keep what runs start for themselves', async () => {
    const seen: (Run | undefined)[] = []
    const timing: Callback = { name: 'timing', apply: () => void setTimeout(() => seen.push(getRun()), 1) }
    const outer = await separate()
    await withRun(outer.run, () => separate({}, timing))
    await expect.poll(() => seen).toEqual([undefined])
  })
})
