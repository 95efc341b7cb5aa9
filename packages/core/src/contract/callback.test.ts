import { describe, expect, expectTypeOf, it } from 'vitest'
import { ALL_MOMENTS, noted, recorder } from '../kernel/testing/recorder.ts'
import { testRun } from '../kernel/testing/test-run.ts'
import { assertCallback } from '../kernel/assert-callback.ts'
import { checkCallback } from '../kernel/callback-check.ts'
import { SwanKitCallback, type Callback } from './callback.ts'
import { MOMENTS } from './moments.ts'
import { createHooks } from '../kernel/hooks.ts'
import { Guard } from '../kernel/guard.ts'
import type { LogRecord, Outcome, RunInfo } from './payloads.ts'

class Everything extends SwanKitCallback {
  readonly received: string[] = []
  override onInit(): void {
    this.received.push('onInit')
  }
  override onRun(run: RunInfo): void {
    this.received.push(noted('onRun', run))
  }
  override onRuntimeInfoUpdate(info: object): void {
    this.received.push(noted('onRuntimeInfoUpdate', info))
  }
  override onColumnCreate(column: object): void {
    this.received.push(noted('onColumnCreate', column))
  }
  override onLog(record: LogRecord): void {
    this.received.push(noted('onLog', record))
  }
  override onMetricCreate(metric: object): void {
    this.received.push(noted('onMetricCreate', metric))
  }
  override onAlert(alert: object): void {
    this.received.push(noted('onAlert', alert))
  }
  override async onError(failure: object): Promise<void> {
    this.received.push(noted('onError', failure))
  }
  override async onStop(outcome: Outcome): Promise<void> {
    this.received.push(noted('onStop', outcome))
  }
}

const reportsOf = (callback: Callback): string[] => {
  const reports: string[] = []
  checkCallback(callback, (level, message) => void reports.push(`${level}: ${message}`))
  return reports
}

describe('a class and an object literal', () => {
  it('are the same to a run', async () => {
    const [written, literal] = [new Everything(), recorder('literal')]
    const { run } = await testRun([written, literal], { config: { lr: 1 } })
    run.log({ loss: 1 })
    run.alert({ title: 'look' })
    await run.finish({ state: 'crashed' })
    expect(written.received).toEqual(literal.received)
    expect(written.received).toEqual([
      'onInit',
      'onRun',
      'onRuntimeInfoUpdate {"lr":1}',
      'onRuntimeInfoUpdate metadata',
      'onRuntimeInfoUpdate requirements',
      'onColumnCreate loss',
      'onLog {"loss":1}',
      'onMetricCreate 1',
      'onAlert look',
      'onError reported',
      'onStop crashed',
    ])
  })

  it('keep their own `this`', async () => {
    const counting = {
      name: 'counting',
      count: 0,
      onLog() {
        this.count++
      },
    }
    const { run } = await testRun([counting])
    run.log({ loss: 1 })
    expect(counting.count).toBe(1)
  })
})

describe('SwanKitCallback', () => {
  it('is named after its class, unless it names itself', () => {
    class Named extends SwanKitCallback {
      override readonly name = 'x'
    }
    class Fixed extends SwanKitCallback {
      override readonly name: string
      constructor(name: string) {
        super()
        this.name = name
      }
    }
    expect(new Everything().name).toBe('Everything')
    expect(new Named().name).toBe('x')
    expect(new Fixed('given').name).toBe('given')
    expectTypeOf(new Named()).toExtend<Callback>()
  })

  it('has no moments of its own, so that only those are called which a class really implements', () => {
    class Quiet extends SwanKitCallback {}
    const quiet = new Quiet()
    for (const moment of ALL_MOMENTS) expect(moment in quiet).toBe(false)
    expect(() => assertCallback(quiet)).not.toThrow()
  })

  it('works in plain JavaScript, with methods that are fields, inherited or private', async () => {
    const received: string[] = []
    // Evaluated as it would be in a .js file: no types, and no compiler that could help.
    const define = new Function(
      'Base',
      'received',
      `
      class Parent extends Base { onLog({ step }) { this.#note('log ' + step) } #note(text) { received.push(text) } }
      return class Child extends Parent { onStop = ({ state }) => { received.push('stop ' + state) } }
    `,
    ) as (base: typeof SwanKitCallback, into: string[]) => new () => Callback
    const Child = define(SwanKitCallback, received)
    const child = new Child()
    expect(child.name).toBe('Child')
    const { run } = await testRun([child])
    run.log({ loss: 1 })
    await run.finish()
    expect(received).toEqual(['log 0', 'stop finished'])
  })
})

describe('every moment', () => {
  it('has a hook that exists, each its own', () => {
    const hooks = createHooks(new Guard({ report: () => {}, timeout: 1 }), () => {})
    const names = Object.values(MOMENTS).map(({ hook }) => hook)
    expect(names.toSorted()).toEqual(Object.keys(hooks).toSorted())
    for (const { hook, awaited } of Object.values(MOMENTS))
      expect(hooks[hook].constructor.name).toMatch(awaited ? /^AsyncSeries/ : /^Sync(?:Waterfall)?Hook$/)
    expect(Object.isFrozen(hooks)).toBe(true)
  })
})

describe('a callback is refused', () => {
  class Forgotten extends SwanKitCallback {}
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'A callback is an object with a "name", but got undefined.'],
    ['null', null, 'but got null.'],
    ['text, unseen: it may be a secret address', 'https://hooks.slack.com/T0', 'but got string.'],
    ['a function', () => {}, 'but got function.'],
    ['a class', Forgotten, 'but got the class Forgotten. Did you mean "new Forgotten(…)"?'],
    ['one without a name', {}, 'A callback needs a "name"'],
    ['an empty name', { name: '' }, `but got ''.`],
    ['blanks around it', { name: ' a' }, `but got ' a'.`],
    ['two lines', { name: 'a\nb' }, String.raw`but got 'a\nb'.`],
    ['a terminal command', { name: 'a\u001B[2J' }, String.raw`but got 'a\x1B[2J'.`],
    ['a number', { name: 1 }, 'but got 1.'],
    ['far too much', { name: 'x'.repeat(1e6) }, 'of 1 to 200 characters'],
    ['no method', { name: 'a', onLog: 'log' }, '"onLog" of callback "a" must be a function, but is string.'],
    ['null as method', { name: 'a', onStop: null }, '"onStop" of callback "a" must be a function, but is null.'],
    ['apply that is none', { name: 'a', apply: {} }, '"apply" of callback "a" must be a function, but is object.'],
    ['no time', { name: 'a', timeout: 0 }, '"timeout" of callback "a" takes a number of milliseconds above 0'],
    ['endless time', { name: 'a', timeout: Infinity }, 'at most 2147483647, but got Infinity.'],
    ['NaN', { name: 'a', timeout: NaN }, 'but got NaN.'],
    ['text as time', { name: 'a', timeout: '10' }, `but got '10'.`],
  ])('%s', (_, callback, message) => {
    const error = caught(() => assertCallback(callback))
    expect(error).toMatchObject({ name: 'SwanLabError', code: 'INVALID_CALLBACK' })
    expect(error.message).toContain(message)
    expect(error.message.length).toBeLessThan(300)
  })

  it('never for what it may be besides', () => {
    const callback = {
      name: 'ok',
      onLog: undefined,
      timeout: undefined,
      online: true,
      once: () => {},
      [Symbol('on')]: 1,
    }
    expect(reportsOf(callback as unknown as Callback)).toEqual([])
  })
})

describe('a moment that does not exist is reported, with the nearest that does', () => {
  it.each([
    ['onLogs', 'Did you mean "onLog"?'],
    ['onlog', 'Did you mean "onLog"?'],
    ['on_log', 'Did you mean "onLog"?'],
    ['on_metric_create', 'Did you mean "onMetricCreate"?'],
    ['onFinsh', 'The moments are onInit, onOpen, onRun,'],
    ['onStopp', 'Did you mean "onStop"?'],
    ['onAlerts', 'Did you mean "onAlert"?'],
  ])('%s', (member, hint) => {
    const literal = { name: 'typo', [member]: () => {} }
    const line = `warn: Callback "typo" has "${member}", which is never called. ${hint}`
    expect(reportsOf(literal)).toEqual([expect.stringContaining(line)])
    class Typo extends SwanKitCallback {
      override readonly name = 'typo'
    }
    Object.defineProperty(Typo.prototype, member, { value: () => {} })
    expect(reportsOf(new Typo())).toEqual([expect.stringContaining(line)])
  })

  it('without touching getters', () => {
    const callback = Object.defineProperty({ name: 'a' }, 'onTouch', {
      get: () => {
        throw new Error('touched')
      },
    })
    expect(reportsOf(callback)).toHaveLength(1)
  })
})

function caught(what: () => unknown): Error {
  try {
    what()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not throw')
}
