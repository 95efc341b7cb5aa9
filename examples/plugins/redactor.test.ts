import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conforms } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { init } from 'swanlab'
import { describe, expect, onTestFinished, test } from 'vitest'
import { redactor } from './redactor.ts'

describe('a good plugin', () => {
  for (const { title, check } of conforms(() => redactor(['Acme']), { places })) test(title, check)
})

test('customers are in no file of the run, and the program still reads its own configuration', async () => {
  const logdir = mkdtempSync(join(tmpdir(), 'redactor-'))
  onTestFinished(() => rmSync(logdir, { recursive: true, force: true }))
  const run = await init({
    project: 'redactor',
    mode: 'offline',
    logdir,
    description: 'for Acme',
    config: { customer: 42, dataset: '/data/of-ours', lr: 0.1 },
    settings: { background: false, metadataCollect: false, requirementsCollect: false },
    callbacks: [redactor(['Acme', 'of-ours'])],
  })
  run.log({ 'Acme/loss': 0.5 })
  run.alert({ title: 'Acme is late', text: 'DE89370400440532013000' })
  run.config['later'] = 'also Acme'
  await run.finish({ error: new Error('Acme failed', { cause: { customer: 'Bob' } }) })

  const files = readdirSync(run.dir!, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  expect(files.join()).toContain('"config":{"customer":"****","dataset":"of a customer","lr":0.1,"later":"also ****"}')
  expect(files.join()).toContain('"key":"****/loss"')
  expect(files.join()).not.toMatch(/Acme|of-ours|DE89|Bob/)
  expect(run.config.toJSON()).toMatchObject({ customer: 42, dataset: '/data/of-ours', later: 'also Acme' })
})
