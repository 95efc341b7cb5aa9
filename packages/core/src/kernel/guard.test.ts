import { beforeEach, describe, expect, it } from 'vitest'
import { SwanLabError } from '../contract/error.ts'
import { Guard } from './guard.ts'
import { BREAKER_LIMIT } from './guarded-callback.ts'

let reports: string[] = []
let guard: Guard
const oops = (): never => {
  throw new Error('oops')
}
const never = (): Promise<never> => new Promise(() => {})
const enroll = (name: string, more: object = {}): void => guard.enroll({ name, ...more })

beforeEach(() => {
  reports = []
  guard = new Guard({ report: (level, message) => void reports.push(`${level}: ${message}`), timeout: 20 })
})

describe('a guarded synchronous listener', () => {
  it('passes the payload on, answers nothing, and never throws', () => {
    const received: unknown[] = []
    const payload = {}
    expect(guard.sync('a', 'onLog', (given) => received.push(given))(payload)).toBeUndefined()
    expect(guard.sync('b', 'onLog', oops)(payload)).toBeUndefined()
    expect(received).toEqual([payload])
    expect(reports).toEqual(['error: Callback "b" failed in onLog: oops'])
  })

  it('is reported once a kind: once a moment and class of error', () => {
    let thrown: unknown
    const throwing = (): never => {
      throw thrown
    }
    const [log, alert] = [guard.sync('a', 'onLog', throwing), guard.sync('a', 'onAlert', throwing)]
    for (thrown of [new Error('1'), new Error('2'), new TypeError('3'), 'text'])
      for (const call of [log, alert]) call({})
    expect(reports).toEqual([
      'error: Callback "a" failed in onLog: 1',
      'error: Callback "a" failed in onAlert: 1',
      'error: Callback "a" failed in onLog: TypeError: 3',
      'error: Callback "a" failed in onAlert: TypeError: 3',
      'error: Callback "a" failed in onLog: threw string text',
      'error: Callback "a" failed in onAlert: threw string text',
    ])
    expect(guard.reports()).toEqual([{ name: 'a', failures: 8, disabled: false }])
  })

  it('is known while it runs, also when one runs inside another', () => {
    const seen: (string | undefined)[] = [guard.currentListener]
    const inner = guard.sync('inner', 'onAlert', () => void seen.push(guard.currentListener))
    const outer = guard.sync('outer', 'onLog', () => {
      inner({})
      seen.push(guard.currentListener)
      oops()
    })
    outer({})
    seen.push(guard.currentListener)
    expect(seen).toEqual([undefined, 'inner (onAlert)', 'outer (onLog)', undefined])
  })

  it('is called with each payload once', () => {
    let calls = 0
    const listener = guard.sync<unknown>('a', 'onLog', () => calls++)
    const [first, second] = [{}, {}]
    for (const payload of [first, first, second, second, undefined, undefined]) listener(payload)
    expect(calls).toBe(3)
  })

  it('switched off by one moment is not called in any other', () => {
    let alerts = 0
    enroll('a')
    const log = guard.sync('a', 'onLog', oops)
    const alert = guard.sync('a', 'onAlert', () => alerts++)
    for (let n = 0; n < BREAKER_LIMIT - 1; n++) log({})
    alert({})
    log({})
    alert({})
    expect(alerts).toBe(1)
    expect(guard.reports()).toEqual([{ name: 'a', failures: BREAKER_LIMIT, disabled: true }])
  })
})

describe('a guarded awaited listener', () => {
  it('answers what the listener answers, later or at once', async () => {
    expect(await guard.awaited('a', 'onInit', () => 1)({})).toBe(1)
    expect(await guard.awaited('b', 'onInit', () => Promise.resolve(2))({})).toBe(2)
  })

  it.each<[string, () => unknown, string]>([
    ['throws', oops, 'oops'],
    ['rejects', () => Promise.reject(new TypeError('no')), 'TypeError: no'],
    ['hangs', never, 'no answer within 20 ms'],
  ])('that %s resolves all the same', async (_, listener, words) => {
    expect(await guard.awaited('a', 'onStop', listener)({})).toBeUndefined()
    expect(reports).toEqual([`error: Callback "a" failed in onStop: ${words}`])
    expect(guard.unfinished()).toEqual([])
  })

  it('rejects in onInit, with its name and the cause', async () => {
    const error: unknown = await guard
      .awaited(
        'a',
        'onInit',
        oops,
      )({})
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SwanLabError)
    expect(error).toMatchObject({ code: 'CALLBACK_FAILED', cause: { message: 'oops' } })
    expect(guard.hasStarted('a')).toBe(false)
    expect(reports).toEqual([])
  })

  it('is only reported in onInit when it is optional, and has not started then', async () => {
    enroll('a', { optional: true })
    expect(await guard.awaited('a', 'onInit', oops)({})).toBeUndefined()
    expect(guard.hasStarted('a')).toBe(false)
    await guard.awaited('a', 'onInit', () => {})({})
    expect(guard.hasStarted('a')).toBe(true)
  })

  it('is called with the end although it was switched off, and once', async () => {
    let ends = 0
    const [log, stop] = [guard.sync('a', 'onLog', oops), guard.awaited('a', 'onStop', () => ends++)]
    for (let n = 0; n < BREAKER_LIMIT; n++) log({})
    const outcome = {}
    await Promise.all([stop(outcome), stop(outcome)])
    expect(ends).toBe(1)
  })

  it('is known while it has not answered, and what it awaits is inside it', async () => {
    enroll('a', { timeout: 1_000 })
    const seen: (string | undefined)[] = []
    let goOn = (): void => {}
    const done = guard.awaited('a', 'onStop', async () => {
      await new Promise<void>((resolve) => (goOn = resolve))
      seen.push(guard.currentListener)
    })({})
    expect(guard.unfinished()).toEqual(['a (onStop)'])
    expect(guard.currentListener).toBeUndefined()
    goOn()
    await done
    expect(seen).toEqual(['a (onStop)'])
    expect(guard.unfinished()).toEqual([])
    expect(guard.currentListener).toBeUndefined()
  })

  it('belongs to its own run: two at a time do not take each other for theirs', async () => {
    const other = new Guard({ report: () => {}, timeout: 1_000 })
    const seen: (string | undefined)[] = []
    const pause = (): Promise<unknown> => new Promise(setImmediate)
    await Promise.all([
      guard.awaited('a', 'onStop', () => pause().then(() => seen.push(guard.currentListener, other.currentListener)))(
        {},
      ),
      other.awaited('b', 'onStop', () => pause().then(() => seen.push(guard.currentListener, other.currentListener)))(
        {},
      ),
    ])
    expect(seen).toEqual(['a (onStop)', undefined, undefined, 'b (onStop)'])
  })
})

describe('the guard', () => {
  it('lets a name be taken once', () => {
    enroll('a')
    expect(() => enroll('a')).toThrow(expect.objectContaining({ code: 'INVALID_CALLBACK' }))
  })

  it('does not call a host unfinished: it outlives the process', () => {
    guard.enroll({ name: 'host', adopt: () => [] })
    void guard.awaited('host', 'onStop', never)({})
    expect(guard.unfinished()).toEqual([])
  })

  it('never switches off a recorder', () => {
    let calls = 0
    guard.enroll({ name: 'journal', immediate: true })
    const log = guard.sync('journal', 'onLog', () => {
      calls++
      oops()
    })
    for (let n = 0; n < 2 * BREAKER_LIMIT; n++) log({})
    expect(calls).toBe(2 * BREAKER_LIMIT)
  })

  it('gives a recorder each payload once, whoever dispatches it', () => {
    const given: unknown[] = []
    const [first, second] = [{}, {}]
    guard.enroll({ name: 'journal', immediate: true })
    const log = guard.sync('journal', 'onLog', (payload) => given.push(payload))
    log(first)
    log(second)
    for (const payload of [first, second]) {
      guard.recorded = payload
      log(payload)
    }
    expect(given).toEqual([first, second])
  })
})
