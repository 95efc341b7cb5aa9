import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { init, type ConsoleLine, type Outcome, type Run } from './index.ts'
import { useOffline } from './testing/offline.ts'

const offline = useOffline()
const ID = 'abcdefghijklmnopqrstu'
const streams = [process.stdout, process.stderr]
const found = streams.map((stream) => Object.getOwnPropertyDescriptor(stream, 'write'))
const mute = (): boolean => true

// The terminal of the tests need not see what these say.
beforeEach(() => {
  for (const stream of streams) stream.write = mute
})
afterEach(() => {
  for (const [at, stream] of streams.entries()) {
    if (found[at]) Object.defineProperty(stream, 'write', found[at])
    else delete (stream as { write?: unknown }).write
  }
})

const say = (text: string): void => void process.stdout.write(text)
const linesOf = (run: Run): string[] =>
  offline.journal(run, 'console').map((record) => {
    const { line, level, text } = record as unknown as ConsoleLine
    return `${line} ${level}: ${text}`
  })

describe('while a run is active', () => {
  it('what the program writes to its terminal is in its journal, between the steps', async () => {
    const run = await offline.start()
    say('epoch 1\n')
    run.log({ loss: 0.5 })
    process.stderr.write('slow\n')
    expect(offline.journal(run).slice(-4)).toMatchObject([
      { type: 'console', line: 1, level: 'info', text: 'epoch 1', time: expect.any(Number) as number },
      { type: 'column' },
      { type: 'log' },
      { type: 'console', line: 2, level: 'warn', text: 'slow' },
    ])
    expect(streams.map((stream) => stream.write === mute)).toEqual([false, false])
    await run.finish()
    expect(streams.map((stream) => stream.write === mute)).toEqual([true, true])
    say('after the end\n')
    expect(linesOf(run)).toHaveLength(2)
    expect(offline.reports).toEqual([])
  })

  it('a line without a newline is recorded when the run ends, and so is what callbacks write in their last moment', async () => {
    const outcomes: Outcome[] = []
    const last = {
      name: 'last',
      onStop: (outcome: Outcome) => {
        outcomes.push(outcome)
        say('bye\n')
        say('bye')
      },
    }
    const run = await offline.start([last])
    say('10 %\r100 %')
    const outcome = await run.finish()
    expect(outcome.lastLines).toMatchObject([{ line: 1, level: 'info', text: '100 %' }])
    expect(outcomes[0]?.lastLines).toEqual(outcome.lastLines)
    expect(linesOf(run)).toEqual(['1 info: 100 %', '2 info: bye', '3 info: bye'])
    expect(
      offline
        .journal(run)
        .map(({ type }) => type)
        .slice(-4),
    ).toEqual(['console', 'finish', 'console', 'console'])
  })

  it('numbers go on when a run is continued, and its last lines are its own', async () => {
    const part = (): Promise<Run> => init({ ...offline.options(), id: ID, resume: 'allow' })
    const first = await part()
    say('one\ntwo\n')
    await first.finish()
    const second = await part()
    say('three\n')
    expect((await second.finish()).lastLines?.map(({ line }) => line)).toEqual([3])
    expect(linesOf(second)).toEqual(['1 info: one', '2 info: two', '3 info: three'])
  })

  it('a new run takes over', async () => {
    const first = await offline.start()
    say('one\n')
    const second = await init({ ...offline.options(), reinit: true })
    say('two\n')
    await second.finish()
    expect([first, second].map(linesOf)).toEqual([['1 info: one'], ['1 info: two']])
    expect(process.stdout.write).toBe(mute)
  })

  it('a report that writes to the terminal itself does no harm', async () => {
    const report = (_: string, message: string): void => say(`${message}\n`)
    const run = await offline.start([], { report })
    run.log({ loss: 'high' })
    await run.finish()
    expect(linesOf(run).some((line) => line.includes('loss'))).toBe(true)
  })

  it.each([{ console: 'none' }, { console: 'stderr' }] as const)('%j', async (settings) => {
    const run = await offline.start([], settings)
    expect(process.stdout.write).toBe(mute)
    say('not recorded\n')
    const outcome = await run.finish()
    expect(linesOf(run)).toEqual([])
    expect(outcome).not.toHaveProperty('lastLines')
  })

  it('lines are as long as they may be', async () => {
    const run = await offline.start([], { consoleLineLength: 500 })
    say(`${'x'.repeat(600)}\n`)
    const { lastLines } = await run.finish()
    expect(linesOf(run)).toEqual([`1 info: ${'x'.repeat(500)}`])
    expect(lastLines?.[0]?.text).toBe(`${'x'.repeat(199)}…`)
  })

  it('a disabled run captures nothing', async () => {
    const run = await init({ ...offline.options(), mode: 'disabled' })
    expect(process.stdout.write).toBe(mute)
    await run.finish()
  })
})
