import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clock, conforms, testRun } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { prometheusTextfile } from './prometheus.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'prometheus-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a good plugin', () => {
  for (const { title, check } of conforms((place) => prometheusTextfile({ folder: place }), { places }))
    test(title, check)
})

/** Lines of the only file. */
function written(): string[] {
  const [name = '', ...others] = readdirSync(folder)
  expect(others).toEqual([])
  expect(name).toMatch(/^swanlab-\w+\.prom$/)
  return readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
}

test('every key has its latest value, in the words of Prometheus', async () => {
  const training = await testRun({
    callbacks: prometheusTextfile({ folder, interval: 0 }),
    info: { experimentName: 'a "b" \\ c\nd' },
  })
  const { run } = training
  const labels = `project="test",run=${String.raw`"a \"b\" \\ c\nd"`},id="${run.id}"`
  training.log({ loss: 2, bad: Number.NaN })
  expect(written()).toEqual([
    `swanlab_running{${labels}} 1`,
    `swanlab_metric{${labels},key="loss"} 2`,
    `swanlab_metric{${labels},key="bad"} NaN`,
  ])
  training.log({ loss: 1e21, up: Infinity, down: -Infinity, 'a"b': -0.5 })
  await training.finish()
  expect(written()).toEqual([
    `swanlab_running{${labels}} 0`,
    `swanlab_metric{${labels},key="loss"} 1e+21`,
    `swanlab_metric{${labels},key="bad"} NaN`,
    `swanlab_metric{${labels},key="up"} +Inf`,
    `swanlab_metric{${labels},key="down"} -Inf`,
    String.raw`swanlab_metric{${labels},key="a\"b"} -0.5`,
  ])
})

test('the file is written at most once an interval, and at the end', async () => {
  const time = clock()
  const training = await testRun({ callbacks: prometheusTextfile({ folder, interval: 1_000 }), clock: time })
  const shown = (): string => /(?<=key="loss"\} )\S+/.exec(written().join('\n'))?.[0] ?? ''
  training.log({ loss: 1 })
  training.log({ loss: 2 })
  expect(shown()).toBe('1')
  time.advance(1_000)
  training.log({ loss: 3 })
  expect(shown()).toBe('3')
  training.log({ loss: 4 })
  await training.finish()
  expect(shown()).toBe('4')
})
