import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRun, init, replay, type Run } from 'swanlab'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { compiled } from '../compiled.ts'
import { Rule, type RuleOptions } from './rule.ts'
import { slack } from './slack.ts'
import { processesOf, start, until } from './start.ts'

// The same plugin in each place: it raises an alert, logs, and asks the training to stop.
const REQUEST = 'Callback "rule" asks the training to stop: loss is 7'

let logdir: string
let rule: RuleOptions
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'rule-'))
  rule = { file: join(logdir, 'alerts'), stop: true }
})
afterEach(async () => {
  await getRun()?.finish()
  rmSync(logdir, { recursive: true, force: true })
})

const report = (): void => {}
const settings = { background: false, metadataCollect: false, requirementsCollect: false, report }
const begin = (callbacks: Rule[] = []): Promise<Run> =>
  init({ project: 'rules', mode: 'local', logdir, callbacks, settings })

/** What the rule did, as the journal of its run has it. */
function recorded(dir: string): unknown[] {
  return [...new JournalReader(join(dir, 'journal.jsonl'))].flatMap((record): unknown[] => {
    if (record.type === 'alert') return [record.title]
    return record.type === 'log' && 'rule/loss' in record.data ? [record.data] : []
  })
}

test('live: run.signal aborts in the very turn, with the reason, and what it raises is recorded', async () => {
  const run = await begin([new Rule({ ...rule, live: true })])
  run.log({ loss: 0.5 })
  expect(run.signal.aborted).toBe(false)
  run.log({ loss: 7 })
  expect(run.signal.reason).toMatchObject({ message: REQUEST })
  // Asking does not end it: the training decides.
  expect(run.state).toBe('running')
  await run.finish()
  expect(recorded(run.dir!)).toEqual(['loss is 7', { 'rule/loss': 7 }, 'it is over'])
})

test('resident: likewise, from the background process', async () => {
  const { url, server } = await slack()
  const order = { how: 'stop when asked', logdir, rule, slackUrl: url }
  const { ready, child, ended } = await start(order, [compiled('background/alerting')])
  expect(ready.callbacks).toContainEqual({ name: 'rule', place: 'resident' })
  let said = ''
  child.stdout!.on('data', (chunk: Buffer) => (said += String(chunk)))
  expect(await ended).toBe(0)
  expect(said).toContain(REQUEST)
  await until('no process is left', () => processesOf(ready.dir).length === 0)
  expect(recorded(ready.dir)).toEqual(['loss is 7', { 'rule/loss': 7 }, 'it is over'])
  await server.close()
})

test('replay: it is in the report of the replay, and no run that is active notices', async () => {
  const stored = await begin()
  stored.log({ loss: 7 })
  await stored.finish()
  const active = await begin()
  const { raised, logged, stopRequests } = await replay(stored.dir!, new Rule(rule), { report })
  expect(raised.map(({ callback, title }) => [callback, title])).toEqual([
    ['rule', 'loss is 7'],
    ['rule', 'it is over'],
  ])
  expect(logged).toMatchObject([{ callback: 'rule', data: { 'rule/loss': 7 }, step: 0 }])
  expect(stopRequests).toEqual([{ callback: 'rule', reason: 'loss is 7' }])
  expect(active.signal.aborted).toBe(false)
  await active.finish()
  expect([recorded(stored.dir!), recorded(active.dir!)]).toEqual([[], []])
})
