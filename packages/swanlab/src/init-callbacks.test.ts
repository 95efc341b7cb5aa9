import { describe, expect, it } from 'vitest'
import type { JournalRecord } from '@swanlab/journal'
import {
  alert,
  config,
  finish,
  getRun,
  log,
  type Callback,
  type InitInfo,
  type Outcome,
  type Run,
  type RunInfo,
} from './index.ts'
import { Text } from './media.ts'
import { useOffline } from './testing/offline.ts'
import { ALL_MOMENTS, AWAITED_MOMENTS, recorder } from '../../core/src/kernel/testing/recorder.ts'

const offline = useOffline()
const LATER = ALL_MOMENTS.filter((moment) => moment !== 'onInit')

/** A run in which every moment occurs, through the words of the package. */
async function wholeRun(callbacks: readonly Callback[]): Promise<{ run: Run; outcome: Outcome }> {
  const run = await offline.start(callbacks, { callbackTimeout: 500 })
  log({ loss: 1, note: new Text('hello') })
  alert({ title: 'look' })
  config['lr'] = 2
  log({ loss: 2 })
  return { run, outcome: await finish({ error: new Error('bad end') }) }
}

/** What tells one record from another, whatever the time. */
const kept = (run: Run): string[] =>
  offline.journal(run).map((record: JournalRecord) => {
    const { type, data, key, title, config: values, state } = record as unknown as Record<string, unknown>
    return [type as string, JSON.stringify(data ?? key ?? title ?? values ?? state)].join(' ')
  })

const FAULTS: Record<string, (payload: unknown) => unknown> = {
  throws: () => {
    throw new Error('oops')
  },
  rejects: () => Promise.reject(new Error('oops')),
  hangs: () => new Promise(() => {}),
  tampers: (payload) => {
    'use strict'
    ;(payload as { data: unknown }).data = 'tampered'
  },
}

describe('with a callback that misbehaves', () => {
  const cases = LATER.flatMap((moment) => Object.keys(FAULTS).map((fault) => [moment, fault] as const))

  it.each(cases)('in %s: %s - the journal and all others are as without it', async (moment, fault) => {
    const reference = recorder('reference')
    const sound = await wholeRun([reference])
    expect(offline.reports.splice(0)).toEqual([])

    const [before, after] = [recorder('before'), recorder('after')]
    const { run, outcome } = await wholeRun([before, { name: 'bad', [moment]: FAULTS[fault] }, after])
    expect(kept(run)).toEqual(kept(sound.run))
    expect(before.received).toEqual(reference.received)
    expect(after.received).toEqual(reference.received)
    expect(outcome).toMatchObject({ state: 'crashed', steps: 2, losses: {}, error: { message: 'bad end' } })
    // A synchronous moment awaits nobody, so nobody can hold it up.
    const noticed = fault !== 'hangs' || AWAITED_MOMENTS.includes(moment)
    const errors = offline.reports.filter((line) => line.startsWith('error'))
    expect(errors).toHaveLength(noticed ? 1 : 0)
    if (noticed) expect(errors[0]).toMatch(`Callback "bad" failed in ${moment}: `)
  })
})

describe('with a callback that uses the package from inside', () => {
  const DEEDS = {
    log: () => log({ extra: 1 }),
    alert: () => alert({ title: 'extra' }),
    config: () => void (config['extra'] = 1),
    finish: () => finish(),
  }
  const ORDERS = permutations(Object.keys(DEEDS) as (keyof typeof DEEDS)[])

  it.each(LATER)('in %s, in every order: nothing is lost, and nothing waits for itself', async (moment) => {
    for (const order of ORDERS) {
      let done = false
      const acting: Callback = {
        name: 'acting',
        [moment]: async () => {
          if (done) return
          done = true
          for (const deed of order) await DEEDS[deed]()
        },
      }
      const [before, after] = [recorder('before'), recorder('after')]
      const run = await offline.start([before, acting, after], { callbackTimeout: 30_000 })
      run.config['lr'] = 1
      run.log({ loss: 1, note: new Text('hello') })
      run.alert({ title: 'look' })
      const outcome = await run.finish({ state: 'crashed' })
      // The synchronous moments are not awaited; what comes after the first await of such a callback may be too late.
      await expect.poll(() => getRun()).toBeUndefined()

      expect(before.received).toEqual(after.received)
      const lines = kept(run)
      const end = lines.indexOf(`finish "${outcome.state}"`)
      expect(lines.filter((line) => line.startsWith('finish'))).toHaveLength(1)
      // What callbacks add while the end is told is kept, behind a finish record that does not count it.
      const isLog = (line: string): boolean => line.startsWith('log')
      expect(lines.filter(isLog).length).toBeGreaterThanOrEqual(outcome.steps)
      expect(lines.slice(0, end).filter(isLog).length).toBeLessThanOrEqual(outcome.steps)
      if (AWAITED_MOMENTS.includes(moment)) {
        expect(lines).toContain('log {"extra":1}')
        expect(lines).toContain('alert "extra"')
        expect(lines.join()).toContain('"extra":1')
      }
      expect(offline.reports.filter((line) => !line.includes('came after the end'))).toEqual([])
      offline.reports.length = 0
    }
  })
})

it('answers onInit with what later callbacks, the run and the journal then have', async () => {
  const received: (string | undefined)[] = []
  const listening = (name: string): Callback => ({ name, onInit: (info: InitInfo) => void received.push(info.url) })
  const run = await offline.start([
    listening('before'),
    { name: 'server', onInit: () => Promise.resolve({ url: 'https://example.org/run', experimentName: 'named' }) },
    listening('after'),
    { name: 'check', onRun: (info: RunInfo) => void received.push(info.url) },
  ])
  expect(received).toEqual([undefined, 'https://example.org/run', 'https://example.org/run'])
  expect(run).toMatchObject({ url: 'https://example.org/run', experimentName: 'named' })
  expect(run.public.cloud).toMatchObject({ available: true, experimentUrl: run.url, experimentName: 'named' })
  expect(offline.journal(run, 'header')).toMatchObject([{ run: { url: run.url, experimentName: 'named' } }])
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}
