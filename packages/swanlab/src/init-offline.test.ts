import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recorder } from '../../core/src/kernel/testing/recorder.ts'
import { getRun, init, SwanLabError, type Callback } from './index.ts'
import { processListeners, useOffline } from './testing/offline.ts'

const offline = useOffline()

describe('an offline run', () => {
  it('says what it is', async () => {
    const { name, notes, ...rest } = { name: 'first', notes: 'of many', workspace: 'team', tags: ['a', 'b'] }
    const run = await init({ ...offline.options([{ name: 'mine' }]), name, notes, ...rest })
    expect(run).toMatchObject({
      id: expect.stringMatching(/^[a-z0-9]{21}$/) as string,
      project: 'test',
      workspace: 'team',
      experimentName: 'first',
      description: 'of many',
      tags: ['a', 'b'],
      mode: 'offline',
      state: 'running',
      url: undefined,
      projectUrl: undefined,
      callbacks: ['journal', 'mine', 'background'].map((callback) => ({ name: callback, place: 'live' })),
    })
    expect(dirname(run.dir!)).toBe(offline.logdir)
    expect(run.dir).toMatch(new RegExp(`run-\\d{8}_\\d{6}-${run.id}$`))
    const nothing = {
      projectName: undefined,
      projectUrl: undefined,
      experimentName: undefined,
      experimentUrl: undefined,
    }
    expect(run.public).toEqual({
      projectName: 'test',
      runId: run.id,
      swanlogDir: offline.logdir,
      runDir: run.dir,
      cloud: { available: false, ...nothing },
    })
  })

  it('is its journal: what was logged, configured and alerted is on the disk when the call returns', async () => {
    const run = await offline.start()
    run.log({ loss: 0.5 })
    expect(offline.journal(run, 'log')).toMatchObject([{ step: 0, data: { loss: 0.5 } }])
    run.config['lr'] = 0.1
    run.alert({ title: 'look', text: 'here' })
    expect(offline.journal(run).slice(-2)).toMatchObject([
      { type: 'config', config: { lr: 0.1 } },
      { type: 'alert', title: 'look', text: 'here', level: 'info' },
    ])
    await run.finish()
    const types = ['header', 'column', 'log', 'config', 'alert', 'finish']
    expect(offline.journal(run).map(({ type }) => type)).toEqual(types)
    expect(offline.reports).toEqual([])
  })

  it('ends once: every finish() answers the same, whatever it is given', async () => {
    const all = recorder('all')
    const run = await offline.start([all])
    run.log({ loss: 0.5 })
    const [first, second] = await Promise.all([run.finish(), run.finish({ state: 'crashed' })])
    expect(second).toBe(first)
    expect(await run.finish({ error: new Error('too late') })).toBe(first)
    expect(first).toMatchObject({ state: 'finished', steps: 1, lastStep: 0, losses: {} })
    expect(all.received.filter((line) => /^on(?:Stop|Error)/.test(line))).toEqual(['onStop finished'])
    expect(offline.journal(run, 'finish')).toHaveLength(1)
  })

  it('records nothing after its end, configuration included', async () => {
    const run = await offline.start()
    await run.finish()
    const before = offline.journal(run)
    for (let n = 0; n < 5; n++) run.log({ loss: n })
    run.alert({ title: 'late' })
    run.config['late'] = true
    await new Promise(setImmediate)
    expect(offline.journal(run)).toEqual(before)
    expect(offline.reports).toEqual([`error: log() came after the end of run ${run.id}, which records nothing more.`])
  })
})

describe('an offline run that does not start', () => {
  const refusing: Callback = {
    name: 'refusing',
    onInit: () => {
      throw new Error('no network')
    },
  }

  it('is gone without a trace: no folder, no listener, no handle, and no other callback was called', async () => {
    await offline.start().then((run) => run.finish())
    const [listeners, names] = [processListeners(), offline.names()]
    const resources = process.getActiveResourcesInfo().length
    const [first, last] = [recorder('first'), recorder('last')]
    const error: unknown = await offline.start([first, refusing, last]).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SwanLabError)
    expect(error).toMatchObject({ code: 'CALLBACK_FAILED', cause: { message: 'no network' } })
    expect(getRun()).toBeUndefined()
    expect(offline.names()).toEqual(names)
    expect(processListeners()).toEqual(listeners)
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(resources)
    expect([first.received, last.received]).toEqual([['onInit', 'onStop aborted'], []])
    expect(offline.reports).toEqual([])
  })

  it('makes no logdir', async () => {
    const logdir = join(offline.logdir, 'deep', 'down')
    await expect(init({ ...offline.options([refusing]), logdir })).rejects.toThrow('no network')
    expect(existsSync(dirname(logdir))).toBe(false)
  })

  it('leaves a file alone that lies where its logdir should be', async () => {
    const logdir = join(offline.logdir, 'file')
    writeFileSync(logdir, '')
    await expect(init({ ...offline.options(), logdir })).rejects.toMatchObject({ code: 'LOGDIR_UNUSABLE' })
    expect(offline.names()).toEqual(['file'])
  })
})

it('mode disabled writes nothing, calls nobody and never complains', async () => {
  const logdir = join(offline.logdir, 'unused')
  const all = recorder('all')
  const listeners = processListeners()
  const run = await init({ ...offline.options([all]), mode: 'disabled', logdir })
  expect(processListeners()).toEqual(listeners)
  run.log({ loss: 1 })
  run.log('nonsense' as never)
  run.alert({ title: '' })
  run.config['lr'] = 1
  const outcome = await run.finish({ error: new Error('bad') })
  run.log({ loss: 2 })
  expect(outcome).toMatchObject({ state: 'crashed', steps: 0, run: { config: { lr: 1 } } })
  expect(run.dir).toBeUndefined()
  expect(all.received).toEqual([])
  expect(existsSync(logdir)).toBe(false)
  expect(offline.reports).toEqual([])
})
