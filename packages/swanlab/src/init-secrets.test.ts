import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { init, type Callback } from './index.ts'
import { useOffline } from './testing/offline.ts'

const offline = useOffline()
const argv = [...process.argv]

beforeEach(() => {
  process.argv.push('-k', 's3cr3t-on-the-command-line-1')
  process.env['MY_SERVICE_TOKEN'] = 's3cr3t-of-the-environment'
})
afterEach(() => {
  process.argv = argv
  delete process.env['MY_SERVICE_TOKEN']
})

test('no secret of the configuration, command, terminal, alerts or errors is recorded, or told to anybody', async () => {
  const received: unknown[] = []
  const callback: Callback = {
    name: 'listener',
    apply: (hooks) => {
      const listen = (payload: unknown): void => void received.push(payload)
      hooks.init.tap('listener', (info) => (listen(info), info))
      for (const hook of [hooks.run, hooks.error, hooks.finish]) hook.tap('listener', listen)
      for (const hook of [hooks.runtimeInfo, hooks.alert]) hook.tap('listener', listen)
    },
    onRun: (_run, { alert }) => alert({ title: 'from a callback', text: 'Authorization: Bearer s3cr3t-s3cr3t' }),
  }
  const { settings, ...options } = offline.options([callback], { metadataCollect: true, requirementsCollect: true })
  const run = await init({
    ...options,
    description: 'see token=s3cr3t',
    config: { apiKey: 's3cr3t', lr: 0.1, max_tokens: 512, llm: [{ client: { password: 's3cr3t' } }] },
    settings: { ...settings, console: 'all' },
  })
  expect([run.config['apiKey'], run.config.toJSON()['apiKey']]).toEqual(['s3cr3t', 's3cr3t'])
  run.config['hook'] = 'https://hooks.slack.com/services/T0/B0/s3cr3t'
  process.stdout.write('trying with s3cr3t-of-the-environment and password=s3cr3t\n')
  process.stdout.write(`${'x'.repeat(1_010)} s3cr3t-of-the-environment\n`)
  run.alert({ title: 'no login', text: 'https://me:s3cr3t@host/ answered 401 to token=s3cr3t' })
  run.log({ loss: 1, token: 5 })
  const cause = new Error('inner', { cause: { user: 'me', password: 's3cr3t' } })
  const error = new Error('refused: api_key="s3cr3t"', { cause })
  await run.finish({ error })

  expect(received.length).toBeGreaterThan(7)
  expect(JSON.stringify(received)).not.toContain('s3cr3t')
  expect(execFileSync('grep', ['-rlc', '', run.dir!], { encoding: 'utf8' })).toContain('config.yaml')
  expect(() => execFileSync('grep', ['-r', 's3cr3t', run.dir!], { encoding: 'utf8' })).toThrow()
  expect(offline.reports.join()).not.toContain('s3cr3t')
  expect(run.config['apiKey']).toBe('s3cr3t')

  const [header] = offline.journal(run, 'header')
  expect(header).toMatchObject({
    run: {
      description: 'see token=****',
      config: { apiKey: '****', lr: 0.1, max_tokens: 512, llm: [{ client: { password: '****' } }] },
    },
  })
  expect(offline.journal(run, 'log')).toMatchObject([{ data: { loss: 1, token: 5 } }])
  const texts = offline.journal(run, 'console').map((record) => (record as { text?: string }).text)
  expect(texts).toContain('trying with **** and password=****')
  const [{ error: told }] = offline.journal(run, 'finish') as unknown as [{ error: { message: string; stack: string } }]
  expect(told.message).toBe('refused: api_key="****"')
  expect(told.stack).toContain("caused by: { user: 'me', password: '****' }")
})
