import { afterEach, expect, test } from 'vitest'
import { config, getRun, init, log, registerCallbacks, type Callback, type InitOptions } from './index.ts'

afterEach(() => getRun()?.finish())

const disabled = (more: InitOptions<object> = {}): ReturnType<typeof init> =>
  init({ project: 'test', mode: 'disabled', settings: { logLevel: 'silent' }, ...more })

test('it is the active run, says what it was given, and keeps what is configured', async () => {
  config['early'] = 1
  registerCallbacks({ name: 'registered' })
  const given = { experimentName: 'cats', tags: ['a'], config: new Map([['lr', 0.1]]), callbacks: { name: 'mine' } }
  const run = await disabled(given)
  expect(getRun()).toBe(run)
  expect(run).toMatchObject({
    project: 'test',
    experimentName: 'cats',
    tags: ['a'],
    mode: 'disabled',
    state: 'running',
  })
  expect(run.callbacks.map(({ name }) => name)).toEqual(['registered', 'mine'])
  config['late'] = true
  log({ loss: 1 })
  const outcome = await run.finish()
  expect(outcome).toMatchObject({ state: 'finished', steps: 0, callbacks: [] })
  expect(outcome.run.config).toEqual({ early: 1, lr: 0.1, late: true })
  expect(await run.finish({ state: 'crashed' })).toBe(outcome)
  expect(getRun()).toBeUndefined()
})

test('its hooks can be tapped, and are never called', async () => {
  const called: string[] = []
  const tapping: Callback = { name: 'tapping', apply: () => called.push('apply') }
  const run = await disabled({ callbacks: tapping })
  run.hooks.log.tap('by hand', () => void called.push('log'))
  run.log({ loss: 1 })
  await run.finish()
  expect([called, run.signal.aborted]).toEqual([[], false])
})

test('what is no callback and no option is refused as in every mode', async () => {
  await expect(disabled({ callbacks: [{}] as never })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  const run = await disabled()
  await expect(run.finish({ state: 'lost' as never })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  expect(run.state).toBe('running')
})
