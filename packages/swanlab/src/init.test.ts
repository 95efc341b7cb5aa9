import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalReader } from '@swanlab/journal'
import {
  alert,
  config,
  finish,
  getRun,
  init,
  log,
  mergeCallbacks,
  registerCallbacks,
  type Callback,
  type InitOptions,
  type Outcome,
} from './index.ts'
import { recorder } from '../../core/src/kernel/testing/recorder.ts'

let logdir = ''
let reports: string[] = []

beforeEach(() => {
  logdir = join(mkdtempSync(join(tmpdir(), 'swanlab-init-')), 'logs')
  reports = []
})
afterEach(async () => {
  await getRun()?.finish()
  rmSync(join(logdir, '..'), { recursive: true, force: true })
})

function options(more: InitOptions<object> = {}): InitOptions<object> {
  const { settings, ...rest } = more
  const report = (level: string, message: string): void => void reports.push(`${level}: ${message}`)
  return { project: 'test', mode: 'local', logdir, settings: { report, background: false, ...settings }, ...rest }
}

const problems = (): string[] => reports.filter((line) => !line.startsWith('info'))
const folders = (): string[] =>
  existsSync(logdir) ? readdirSync(logdir).filter((name) => name.startsWith('run-')) : []
const logged = (run: { dir: string | undefined }): unknown[] =>
  [...new JournalReader(join(run.dir!, 'journal.jsonl'))].flatMap((each) => (each.type === 'log' ? [each.data] : []))

// First in this file: no run has been started in this process yet.
describe('before there has been any run', () => {
  it('log, alert and finish say what is missing', async () => {
    const expected = (what: string): object => ({ code: 'NO_RUN', message: `Call init() before ${what}.` })
    expect(() => log({ loss: 1 })).toThrow(expect.objectContaining(expected('log()')))
    expect(() => alert({ title: 'a' })).toThrow(expect.objectContaining(expected('alert()')))
    await expect(finish()).rejects.toMatchObject(expected('finish()'))
    expect(getRun()).toBeUndefined()
  })
})

describe('the module-level functions', () => {
  it('speak to the active run, and after its end report that it is over', async () => {
    const run = await init(options())
    expect(getRun()).toBe(run)
    log({ loss: 1 })
    log({ loss: 2 }, 7)
    alert({ title: 'look' })
    config['lr'] = 1
    expect(run.config['lr']).toBe(1)
    const outcome = await finish({ state: 'aborted' })
    expect(outcome).toMatchObject({ state: 'aborted', steps: 2, lastStep: 7, run: { config: { lr: 1 } } })

    expect(getRun()).toBeUndefined()
    log({ loss: 3 })
    alert({ title: 'late' })
    expect(await finish()).toBe(outcome)
    expect(logged(run)).toEqual([{ loss: 1 }, { loss: 2 }])
    expect(problems()).toEqual([`error: log() came after the end of run ${run.id}, which records nothing more.`])
  })

  it('are too early inside onInit, and say so', async () => {
    const early: Callback = { name: 'early', onInit: () => log({ loss: 1 }) }
    await expect(init(options({ callbacks: early }))).rejects.toThrow(
      'Callback "early" failed in onInit: log() is too early: the run starts when every onInit has answered.',
    )
  })

  it('work from inside every later moment', async () => {
    const first = recorder('first')
    const acting: Callback = {
      name: 'acting',
      onRun: () => log({ n: 1 }),
      onLog: ({ data }) => data['n'] === 1 && log({ n: 2 }),
      onAlert: () => void (config['alerted'] = true),
      onStop: async () => {
        alert({ title: 'kept' })
        await finish()
      },
    } as Callback
    const run = await init(options({ callbacks: [first, acting] }))
    alert({ title: 'look' })
    const outcome = await finish()
    expect(logged(run)).toEqual([{ n: 1 }, { n: 2 }])
    expect(outcome.run.config).toEqual({ alerted: true })
    expect(problems()).toEqual([])
  })
})

describe('config', () => {
  it('can be written before init, below what init is given', async () => {
    config['lr'] = 1
    config['depth'] = { layers: 3 }
    const run = await init(options({ config: { lr: 2 } }))
    expect({ ...config }).toEqual({ lr: 2, depth: { layers: 3 } })
    expect(run.config.toJSON()).toEqual({ lr: 2, depth: { layers: 3 } })
    await run.finish()
    expect({ ...config }).toEqual({})
  })

  it('can be written while init is under way, also by a callback', async () => {
    const writing: Callback = {
      name: 'writing',
      onInit: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        expect(config['lr']).toBe(2)
        config['found'] = 'in onInit'
      },
    }
    const run = await init(options({ config: { lr: 2 }, callbacks: writing }))
    const { run: info } = await run.finish()
    expect(info.config).toEqual({ lr: 2, found: 'in onInit' })
  })

  it('keeps what was written for an init that failed', async () => {
    config['lr'] = 1
    const failing: Callback = { name: 'failing', onInit: () => Promise.reject(new Error('no')) }
    await expect(init(options({ config: { depth: 1 }, callbacks: failing }))).rejects.toThrow('no')
    expect({ ...config }).toEqual({ lr: 1 })
    expect((await init(options())).config.toJSON()).toEqual({ lr: 1 })
  })

  it('behaves like the object it stands for', async () => {
    await init(options({ config: { lr: 1 } }))
    expect('lr' in config).toBe(true)
    expect(Object.keys(config)).toEqual(['lr'])
    expect(JSON.stringify(config)).toBe('{"lr":1}')
    expect(inspect(config)).toBe('{ lr: 1 }')
    Object.defineProperty(config, 'defined', { value: 3, writable: true, enumerable: true, configurable: true })
    Object.assign(config, { assigned: 4 })
    delete config['lr']
    expect(getRun()!.config.toJSON()).toEqual({ defined: 3, assigned: 4 })
    config.update({ lr: 5 })
    expect(config.get('lr')).toBe(5)
  })
})

describe('init while a run is active', () => {
  it('returns it with a warning', async () => {
    const first = await init(options())
    const second = await init(options({ experimentName: 'other', config: { lr: 9 } }))
    expect(second).toBe(first)
    expect(first.config.toJSON()).toEqual({})
    expect(problems()).toEqual([
      `warn: Run ${first.experimentName} is active, so init() returns it and ignores its options. Pass reinit: true to finish it first, or reinit: "create_new" for a run of its own beside it.`,
    ])
    expect(folders()).toHaveLength(1)
  })

  it('finishes it first with reinit: true', async () => {
    const ends: Outcome[] = []
    const slow: Callback = {
      name: 'slow',
      onStop: async (outcome) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        ends.push(outcome)
      },
    }
    const first = await init(options({ callbacks: slow }))
    log({ loss: 1 })
    const second = await init(options({ reinit: true }))
    expect(ends).toEqual([expect.objectContaining({ state: 'finished', steps: 1 })])
    expect(second).not.toBe(first)
    expect(getRun()).toBe(second)
    log({ loss: 2 })
    expect([logged(first), logged(second)]).toEqual([[{ loss: 1 }], [{ loss: 2 }]])
    expect(problems()).toEqual([])
  })

  it('leaves it alone when the options of the new one are wrong', async () => {
    const first = await init(options())
    await expect(init({ ...options({ reinit: true }), proyect: 'x' } as never)).rejects.toThrow('project')
    expect(first.state).toBe('running')
    expect(getRun()).toBe(first)
  })

  it('at the same time, several times, makes one run', async () => {
    const runs = await Promise.all([init(options()), init(options()), init(options())])
    expect(new Set(runs).size).toBe(1)
    expect(folders()).toHaveLength(1)
  })

  it('at the same time, each with reinit, makes one after the other', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => init(options({ reinit: true }))))
    expect(new Set(runs).size).toBe(3)
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished', 'running'])
  })

  it('right after a finish that nobody has waited for, waits for it', async () => {
    const order: string[] = []
    const slow: Callback = {
      name: 'slow',
      onStop: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        order.push('stopped')
      },
    }
    const first = await init(options({ callbacks: slow }))
    void first.finish()
    const second = await init(options({ callbacks: { name: 'next', onInit: () => void order.push('init') } }))
    expect(order).toEqual(['stopped', 'init'])
    expect(second).not.toBe(first)
    expect(problems()).toEqual([])
  })
})

describe('registerCallbacks and mergeCallbacks', () => {
  it('gather for the next run, before those that init is given, and only for that one', async () => {
    const order: string[] = []
    const named = (name: string): Callback => ({ name, onRun: () => void order.push(name) })
    registerCallbacks(named('a'))
    mergeCallbacks([named('b'), named('c')])
    const run = await init(options({ callbacks: [named('d')] }))
    expect(order).toEqual(['a', 'b', 'c', 'd'])
    expect(run.callbacks.map(({ name }) => name)).toEqual(['journal', 'a', 'b', 'c', 'd', 'background'])
    expect(() => registerCallbacks(named('e'))).toThrow(expect.objectContaining({ code: 'RUN_ACTIVE' }))
    await run.finish()
    await init(options())
    expect(order).toHaveLength(4)
  })

  it('refuse at once what is no callback, all or nothing', async () => {
    const good: Callback = { name: 'good', onRun: () => void received++ }
    let received = 0
    expect(() => registerCallbacks([good, null as never])).toThrow(
      expect.objectContaining({ code: 'INVALID_CALLBACK' }),
    )
    await init(options())
    expect(received).toBe(0)
  })

  it('keep them for the next try when init fails', async () => {
    let tries = 0
    const shy: Callback = {
      name: 'shy',
      onInit: () => {
        if (++tries === 1) throw new Error('not yet')
      },
    }
    registerCallbacks(shy)
    await expect(init(options())).rejects.toThrow('not yet')
    await init(options())
    expect(tries).toBe(2)
  })
})

describe('an init that fails', () => {
  it.each<[string, InitOptions<object>]>([
    ['for a callback', { callbacks: { name: 'bad', onInit: () => Promise.reject(new Error('no')) } }],
    ['for two of one name', { callbacks: [{ name: 'twin' }, { name: 'twin' }] }],
    ['for what is no callback', { callbacks: [{}] as never }],
    ['for its options', { tags: 7 as never }],
    ['for a file that is not there', { config: '/nowhere/config.yaml' }],
    ['for a run that is not there', { id: 'x'.repeat(21), resume: 'must' }],
    ['for a mode that is not there yet', { mode: 'cloud' }],
    ['for a logdir that cannot be', { logdir: '/dev/null/logs' }],
  ])('%s leaves nothing behind, and the next one works', async (_, wrong) => {
    const events = ['SIGINT', 'SIGTERM', 'exit', 'beforeExit', 'uncaughtExceptionMonitor']
    const before = events.map((event) => process.listenerCount(event))
    await expect(init(options(wrong))).rejects.toMatchObject({ name: 'SwanLabError' })
    expect(getRun()).toBeUndefined()
    expect(folders()).toEqual([])
    expect(events.map((event) => process.listenerCount(event))).toEqual(before)

    const run = await init(options())
    log({ loss: 1 })
    expect((await run.finish()).steps).toBe(1)
  })

  it('reports errors of the mode without the name of a callback', async () => {
    await expect(init(options({ mode: 'cloud' }))).rejects.toMatchObject({ code: 'LOGIN_FAILED' })
    const missing = options({ id: 'x'.repeat(21), resume: 'must' })
    await expect(init(missing)).rejects.toMatchObject({ code: 'RESUME_FAILED' })
  })
})

it('a report of the user that throws hurts neither init nor the run', async () => {
  const report = (): never => {
    throw new Error('no terminal')
  }
  const run = await init(options({ settings: { report }, callbacks: { name: 'a', onLogs: () => {} } as Callback }))
  run.log({ loss: 'nothing' })
  run.log({ loss: 1 })
  expect((await run.finish()).steps).toBe(1)
})

it('many runs in one process leave nothing behind', async () => {
  const program = fileURLToPath(new URL('./testing/many-runs.ts', import.meta.url))
  const args = ['--expose-gc', '--conditions=source', '--import', 'tsx', program, logdir]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { before, after, runs } = JSON.parse(stdout) as {
    before: { heap: number; held: object }
    after: { heap: number; held: object }
    runs: number
  }
  expect(after.held).toEqual(before.held)
  // One run that stayed alive would be some 20 kB; what a folder's name costs is known and bounded.
  expect((after.heap - before.heap) / runs).toBeLessThan(8_000)
})
