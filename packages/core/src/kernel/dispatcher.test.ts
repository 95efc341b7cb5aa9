import { beforeEach, describe, expect, it } from 'vitest'
import { Dispatcher, MAX_ECHO, MAX_WAITING } from './dispatcher.ts'
import { Guard } from './guard.ts'
import { createHooks } from './hooks.ts'
import type { Alert, LogRecord, Outcome, RunFailure, RunInfo } from '../contract/payloads.ts'
import type { RunHooks } from '../contract/hooks.ts'

let received: string[] = []
let kept: string[] = []
let reports: string[] = []
let hooks: RunHooks
let dispatcher: Dispatcher

const record = (step: number): LogRecord => ({ step, time: 0, data: {} })
const RUN = {} as RunInfo
const FAILURE = {} as RunFailure
const OUTCOME = {} as Outcome
const turn = (): Promise<unknown> => new Promise(setImmediate)

/** Two callbacks that write down what they receive; the first one acts whenever it receives a record. */
function listen(act: (step: number) => unknown = () => {}): void {
  for (const name of ['a', 'b']) {
    hooks.log.tap(name, ({ step }) => {
      received.push(`${name} log ${step}`)
      if (name === 'a') act(step)
    })
    hooks.alert.tap(name, ({ title }) => void received.push(`${name} alert ${title}`))
    hooks.run.tap(name, () => void received.push(`${name} run`))
    hooks.error.tap(name, () => void received.push(`${name} error`))
    hooks.finish.tap(name, () => void received.push(`${name} finish`))
  }
}

beforeEach(() => {
  received = []
  kept = []
  reports = []
  const report = (level: string, message: string): void => void reports.push(`${level}: ${message}`)
  const guard = new Guard({ report, timeout: 1_000 })
  hooks = createHooks(guard, report)
  const keeper = { name: 'keeper', immediate: true }
  guard.enroll(keeper)
  hooks.log.tap(keeper, ({ step }) => void kept.push(`log ${step}`))
  hooks.alert.tap(keeper, ({ title }) => void kept.push(`alert ${title}`))
  dispatcher = new Dispatcher(hooks, guard, report)
})

describe('a synchronous moment', () => {
  it('is recorded and dispatched in the very turn, recorded first', () => {
    listen(() => received.push(`kept ${kept.length}`))
    dispatcher.emit('log', record(0))
    expect(received).toEqual(['a log 0', 'kept 1', 'b log 0'])
  })

  it('that comes while another is being dispatched is recorded at once, and dispatched after it to all', () => {
    listen((step) => {
      if (step > 0) return
      dispatcher.emit('log', record(1))
      dispatcher.emit('alert', { title: 'x' } as Alert)
      expect(kept).toEqual(['log 0', 'log 1', 'alert x'])
    })
    dispatcher.emit('log', record(0))
    expect(received).toEqual(['a log 0', 'b log 0', 'a log 1', 'b log 1', 'a alert x', 'b alert x'])
  })

  it('is dispatched to others no more often than callbacks may answer each other', () => {
    listen((step) => dispatcher.emit('log', record(step + 1)))
    dispatcher.emit('log', record(0))
    expect(kept).toHaveLength(MAX_ECHO + 2)
    expect(received).toHaveLength(2 * (MAX_ECHO + 1))
    expect(reports).toEqual([
      'error: a (onLog) answers moments with new ones without end. They are recorded, but no longer passed on.',
    ])
    received = []
    dispatcher.emit('log', record(1_000))
    expect(received.slice(0, 2)).toEqual(['a log 1000', 'b log 1000'])
    expect(reports).toHaveLength(1)
  })

  it('waits in a queue that has a bound, and is kept beyond it', () => {
    listen()
    dispatcher.hold()
    for (let step = 0; step < MAX_WAITING + 10; step++) dispatcher.emit('log', record(step))
    expect(received).toEqual([])
    expect(kept).toHaveLength(MAX_WAITING + 10)
    expect(reports).toEqual([
      `error: More than ${MAX_WAITING} moments wait for callbacks. Further ones are recorded, but not passed on.`,
    ])
  })

  it('is nobody’s when nobody listens', () => {
    expect(dispatcher.hasListeners('log')).toBe(false)
    dispatcher.hold()
    for (let step = 0; step < MAX_WAITING + 10; step++) dispatcher.emit('log', record(step))
    expect(reports).toEqual([])
    listen()
    expect(dispatcher.hasListeners('log')).toBe(true)
    expect(dispatcher.hasListeners('metric')).toBe(false)
  })

  it('is followed by a look at what callbacks changed meanwhile', () => {
    listen()
    dispatcher.afterEach = () => void received.push('looked')
    dispatcher.emit('log', record(0))
    expect(received).toEqual(['a log 0', 'b log 0', 'looked'])
  })
})

describe('an awaited moment', () => {
  it('that begins the run comes before everything that happens meanwhile', async () => {
    listen()
    hooks.run.tapPromise('slow', () => turn().then(() => void received.push('slow run')))
    const done = dispatcher.emitAwaited('run', RUN)
    dispatcher.emit('log', record(0))
    await done
    expect(received).toEqual(['a run', 'b run', 'slow run', 'a log 0', 'b log 0'])
  })

  it('comes after everything before it, and ends in order', async () => {
    listen()
    dispatcher.hold()
    dispatcher.emit('log', record(0))
    const done = [dispatcher.emitAwaited('error', FAILURE), dispatcher.emitAwaited('finish', OUTCOME)]
    dispatcher.emit('log', record(1))
    await Promise.all(done)
    dispatcher.emit('log', record(2))
    expect(received).toEqual(['a log 0', 'b log 0', 'a log 1', 'b log 1', 'a error', 'b error', 'a finish', 'b finish'])
    expect(kept).toEqual(['log 0', 'log 1', 'log 2'])
  })
})

describe('the end of the process', () => {
  it('calls every callback in this very turn', () => {
    listen()
    dispatcher.emitEndNow(FAILURE, OUTCOME)
    expect(received).toEqual(['a error', 'b error', 'a finish', 'b finish'])
    dispatcher.emitEndNow(FAILURE, OUTCOME)
    dispatcher.emit('log', record(0))
    expect(received).toHaveLength(4)
  })

  it('in the midst of a synchronous moment gives the rest that one, and what waits, first', () => {
    let atExit: string[] = []
    listen((step) => {
      if (step > 0) return
      dispatcher.emit('log', record(1))
      dispatcher.emitEndNow(undefined, OUTCOME)
      // A process that exits does not come back from here.
      atExit = [...received]
    })
    dispatcher.emit('log', record(0))
    expect(atExit).toEqual(['a log 0', 'b log 0', 'a log 1', 'b log 1', 'a finish', 'b finish'])
  })

  it('in the midst of an awaited one calls only those who have not been called with it', async () => {
    hooks.finish.tapPromise('slow', () => turn().then(() => void received.push('slow finish')))
    listen()
    const done = dispatcher.emitAwaited('finish', OUTCOME)
    await Promise.resolve()
    expect(received).toEqual([])
    dispatcher.emitEndNow(undefined, OUTCOME)
    expect(received).toEqual(['a finish', 'b finish'])
    await done
    expect(received).toEqual(['a finish', 'b finish', 'slow finish'])
  })
})
