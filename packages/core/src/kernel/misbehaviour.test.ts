import { describe, expect, it } from 'vitest'
import { ALL_MOMENTS, AWAITED_MOMENTS, recorder, SYNC_MOMENTS } from './testing/recorder.ts'
import { Text } from '../data/media/text.ts'
import { reportsOf, testRun, type TestRun } from './testing/test-run.ts'
import { BREAKER_LIMIT } from './guarded-callback.ts'
import type { Callback } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'

const never = new Promise<never>(() => {})

/** Everything a plugin can do wrong in one call, and how it is reported; nothing means that it is allowed. */
const FAULTS: Record<string, { does: () => unknown; reported: string | undefined }> = {
  'throws an Error': {
    does: () => {
      throw new RangeError('too far')
    },
    reported: 'RangeError: too far',
  },
  'throws text': {
    does: () => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw 'just text'
    },
    reported: 'threw string just text',
  },
  'throws undefined': {
    does: () => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw undefined
    },
    reported: 'threw undefined',
  },
  'throws a revoked proxy': {
    does: () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      throw proxy
    },
    reported: 'a value that cannot be shown',
  },
  rejects: { does: () => Promise.reject(new Error('sorry')), reported: 'sorry' },
  'rejects with undefined': { does: () => Promise.reject(undefined), reported: 'threw undefined' },
  'answers with a thenable that throws': {
    does: () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: () => {
        throw new Error('no promise')
      },
    }),
    reported: 'no promise',
  },
}

/** A run in which every moment occurs. */
async function wholeRun(callbacks: readonly Callback[], options = {}): Promise<TestRun> {
  const test = await testRun(callbacks, { config: { lr: 1 }, callbackTimeout: 40, ...options })
  const { run } = test
  run.log({ loss: 1, note: new Text('hello') })
  run.alert({ title: 'look' })
  run.config['lr'] = 2
  run.log({ loss: 2 })
  await run.finish({ error: new Error('bad end') })
  return test
}

const withFault = (moment: Moment, does: (payload: unknown) => unknown, more: Partial<Callback> = {}): Callback => ({
  name: 'bad',
  [moment]: does,
  ...more,
})

describe('a callback that misbehaves', async () => {
  const reference = recorder('reference')
  await wholeRun([reference])

  it('is compared with a run in which every moment occurs', () => {
    for (const moment of ALL_MOMENTS) expect(reference.received.join()).toContain(moment)
  })

  const later = ALL_MOMENTS.filter((moment) => moment !== 'onInit')
  const cases = later.flatMap((moment) => Object.keys(FAULTS).map((fault) => [moment, fault] as const))

  it.each(cases)('in %s: %s - costs nobody else anything, and is reported once', async (moment, fault) => {
    const { does, reported } = FAULTS[fault]!
    const [before, after] = [recorder('before'), recorder('after')]
    const { run, reports, memory, ended } = await wholeRun([before, withFault(moment, does), after])

    expect(before.received).toEqual(reference.received)
    expect(after.received).toEqual(reference.received)
    expect(memory.of('onLog')).toHaveLength(2)
    expect(ended).toEqual([run])
    const errors = reports.filter((line) => line.startsWith('error'))
    expect(errors).toEqual([expect.stringContaining(`Callback "bad" failed in ${moment}: `)])
    expect(errors[0]).toContain(reported)
    expect(reports.at(-1)).toMatch(/^warn: Callback "bad" failed (once|\d times)\.$/)
    expect(reportsOf(await run.finish())).toEqual([
      { name: 'before', failures: 0, disabled: false },
      { name: 'bad', failures: expect.toSatisfy((count: number) => count >= 1), disabled: false },
      { name: 'after', failures: 0, disabled: false },
    ])
  })

  it.each(AWAITED_MOMENTS.filter((moment) => moment !== 'onInit'))(
    'in %s: hangs - is left behind at its deadline',
    async (moment) => {
      const after = recorder('after')
      const { reports } = await wholeRun([withFault(moment, () => never), after])
      expect(after.received).toEqual(reference.received)
      expect(reports).toContain(`error: Callback "bad" failed in ${moment}: no answer within 40 ms`)
    },
  )

  it('has its own deadline when it wants one', async () => {
    const { reports } = await wholeRun([withFault('onStop', () => never, { timeout: 15 })])
    expect(reports).toContain('error: Callback "bad" failed in onStop: no answer within 15 ms')
  })

  it.each(SYNC_MOMENTS)('in %s: a promise that is never settled holds nobody up', async (moment) => {
    const after = recorder('after')
    const { reports } = await wholeRun([withFault(moment, () => never), after])
    expect(after.received).toEqual(reference.received)
    expect(reports).toEqual([])
  })

  it.each(ALL_MOMENTS)('in %s: cannot change what the next one sees', async (moment) => {
    const tampered: string[] = []
    const tamper = (payload: unknown): void => {
      for (const object of objectsIn(payload)) {
        for (const key of [...Object.keys(object), 'added']) {
          if (Reflect.set(object, key, 'tampered') || Reflect.deleteProperty(object, key))
            if (Object.hasOwn(object, key)) tampered.push(key)
        }
      }
    }
    const after = recorder('after')
    await wholeRun([withFault(moment, tamper), after])
    expect(tampered).toEqual([])
    expect(after.received).toEqual(reference.received)
  })
})

describe('repeated failure', () => {
  const failing = (when: (count: number) => boolean, more: Partial<Callback> = {}): Callback & { calls: number } => ({
    name: 'bad',
    calls: 0,
    onLog() {
      this.calls++
      if (when(this.calls)) throw new Error('again')
    },
    ...more,
  })

  it('switches a callback off, except for the end, and the end-of-run report says so', async () => {
    const ends: string[] = []
    const bad = failing(() => true, { onAlert: () => ends.push('alert'), onStop: () => void ends.push('stop') })
    const { run, reports } = await testRun([bad])
    for (let step = 0; step < 20; step++) run.log({ loss: step })
    run.alert({ title: 'not passed on' })
    const outcome = await run.finish()

    expect(bad.calls).toBe(BREAKER_LIMIT)
    expect(ends).toEqual(['stop'])
    expect(reports).toEqual([
      'error: Callback "bad" failed in onLog: again',
      'error: Callback "bad" failed 5 times in a row in onLog. It is switched off and will be called only when the run ends.',
      'warn: Callback "bad" failed 5 times and was switched off.',
    ])
    expect(reportsOf(outcome)).toEqual([{ name: 'bad', failures: 5, disabled: true }])
  })

  it('counts in a row only: a success begins anew', async () => {
    const bad = failing((count) => count % BREAKER_LIMIT !== 0)
    const { run, reports } = await testRun([bad])
    for (let step = 0; step < 20; step++) run.log({ loss: step })
    expect(bad.calls).toBe(20)
    expect(reportsOf(await run.finish())).toEqual([{ name: 'bad', failures: 16, disabled: false }])
    expect(reports).toHaveLength(2)
  })

  it('counts promises as it counts calls', async () => {
    let calls = 0
    const half: Callback = {
      name: 'half',
      onLog: async () => void (++calls % 2 && (await Promise.reject(new Error('odd')))),
    }
    const bad: Callback = { name: 'bad', onLog: () => Promise.reject(new Error('all')) as unknown as void }
    const { run } = await testRun([half, bad])
    for (let step = 0; step < 20; step++) {
      run.log({ loss: step })
      await new Promise(setImmediate)
    }
    expect(reportsOf(await run.finish())).toEqual([
      { name: 'half', failures: 10, disabled: false },
      { name: 'bad', failures: 5, disabled: true },
    ])
  })

  it('distinguishes no more than 20 kinds', async () => {
    let calls = 0
    const bad: Callback = {
      name: 'bad',
      onLog() {
        if (++calls % 2) throw Object.assign(new Error('new'), { name: `Kind${calls}` })
      },
    }
    const { run, reports } = await testRun([bad])
    for (let step = 0; step < 100; step++) run.log({ loss: step })
    expect(reports).toHaveLength(20)
  })

  it('never switches a recorder off', async () => {
    let kept = 0
    const memory = {
      onLog: () => {
        kept++
        throw new Error('disk on fire')
      },
    }
    const { run, reports } = await testRun([], { memory })
    for (let step = 0; step < 20; step++) run.log({ loss: step })
    expect(kept).toBe(20)
    expect(reports).toEqual(['error: Callback "memory" failed in onLog: disk on fire'])
    expect((await run.finish()).callbacks).toEqual([{ name: 'memory', failures: 20, disabled: false }])
  })

  it('is survived even when the report itself fails', async () => {
    const after = recorder('after')
    const report = (): never => {
      throw new Error('no terminal')
    }
    const { run } = await testRun([failing(() => true), after], { report })
    for (let step = 0; step < 20; step++) run.log({ loss: step })
    expect((await run.finish()).steps).toBe(20)
    expect(after.received.filter((line) => line.startsWith('onLog'))).toHaveLength(20)
  })
})

function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  for (const item of Object.values(value)) objectsIn(item, found)
  return found
}
