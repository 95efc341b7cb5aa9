import { describe, expect, test } from 'vitest'
import type { Callback, HostActions } from '../contract/callback.ts'
import type { ConfigSnapshot } from '../contract/payloads.ts'
import type { Redact } from '../contract/redact.ts'
import { RunRedactor } from '../text/run-redactor.ts'
import { testRun } from './testing/test-run.ts'

const redactorOf = (redact: Redact): RunRedactor => new RunRedactor({ redact, env: {}, report: () => {} })

describe('onInit sees the configuration', () => {
  test('as it will be recorded, and each callback sees what the one before answered', async () => {
    const seen: ConfigSnapshot[] = []
    const recorded: unknown[] = []
    const first: Callback = {
      name: 'first',
      onInit: ({ config }) => {
        seen.push(config)
        const { drop: _, ...rest } = config
        return { config: { ...rest, db: { host: 'h', port: 1 }, at: new Date(0), token: 'abc' } }
      },
    }
    const second: Callback = {
      name: 'second',
      onInit: ({ config }) => void seen.push(config),
      onRun: ({ config }) => void recorded.push(config),
      onRuntimeInfoUpdate: ({ config }) => void (config && recorded.push(config)),
    }
    const config = { apiKey: 'abc', drop: 1, db: { host: 'secret.host', port: 1 } }
    const { run } = await testRun([first, second], { config, redactor: redactorOf(true) })
    const answered = { apiKey: '****', db: { host: 'h', port: 1 }, at: '1970-01-01T00:00:00.000Z', token: '****' }
    expect(seen).toEqual([{ apiKey: '****', drop: 1, db: { host: 'secret.host', port: 1 } }, answered])
    expect(Object.isFrozen(seen[1]!['db'])).toBe(true)
    // What the program does later goes on, but nothing comes back that was taken out.
    run.config['lr'] = 0.1
    ;(run.config['db'] as { port: number }).port = 2
    run.config['password'] = 'abc'
    await run.finish()
    expect(recorded[0]).toEqual(answered)
    expect(recorded.at(-1)).toEqual({ ...answered, db: { host: 'h', port: 2 }, lr: 0.1, password: '****' })
    expect(run.config.toJSON()).toEqual({ ...config, db: { host: 'secret.host', port: 2 }, lr: 0.1, password: 'abc' })
  })

  test.each([['text'], [7], [[1]], [null], [new Date(0)]])(
    'an answer of %j is one error that names the callback',
    async (config) => {
      const wrong: Callback = { name: 'wrong', onInit: () => ({ config: config as never }) }
      await expect(testRun([wrong])).rejects.toThrow(
        'Callback "wrong" failed in onInit: TypeError: "config" of its answer takes an object with names',
      )
    },
  )
})

test('what a host brings from elsewhere goes through everything, functions too', async () => {
  let act: HostActions | undefined
  const alerts: unknown[] = []
  const host: Callback = {
    name: 'host',
    adopt: (_callbacks, given) => {
      act = given
      return [{ name: 'memory', place: 'live', reason: 'because of Bob' }]
    },
    onAlert: ({ title, text, rule }) => void alerts.push({ title, text, rule }),
  }
  const redactor = redactorOf((value) => (typeof value === 'string' ? value.replaceAll('Bob', 'B.') : value))
  redactor.add({ keys: ['who'] }, 'test')
  const { run } = await testRun([host], { redactor })
  act!.raise({ title: 'Bob', text: 'who=Ann', rule: 'of Bob', level: 'info', time: 1, id: 'a' }, 'resident')
  act!.log({ 'Bob/loss': 1 }, undefined, 'resident')
  const outcome = await run.finish({ error: Object.assign(new Error('Bob'), { name: 'BobError' }) })
  expect(alerts).toEqual([{ title: 'B.', text: 'who=****', rule: 'of B.' }])
  expect(outcome.error).toMatchObject({ name: 'B.Error', message: 'B.' })
  expect(outcome.summary).toHaveProperty(['B./loss'])
  expect(JSON.stringify(outcome)).not.toContain('Bob')
  expect(run.callbacks[0]).toMatchObject({ reason: 'because of B.' })
  expect(act!.redactRules()).toMatchObject({ keys: ['who'] })
})

test('a key is looked at once, and keys that look alike then stay apart', async () => {
  const asked: string[] = []
  const logged: unknown[] = []
  const redactor = redactorOf((value, path) => {
    if (path[0] === 'key') asked.push(String(value))
    return typeof value === 'string' ? value.replace(/user-\d+/, 'user') : value
  })
  const { run } = await testRun([{ name: 'log', onLog: ({ data }) => void logged.push(data) }], { redactor })
  for (let step = 0; step < 100; step++) run.log({ 'user-1/loss': 1, 'user-2/loss': 2, acc: 3 })
  expect(asked).toEqual(['user-1/loss', 'user-2/loss', 'acc'])
  expect(logged).toHaveLength(100)
  expect(logged[99]).toEqual({ 'user/loss': 1, 'user/loss (2)': 2, acc: 3 })
})
