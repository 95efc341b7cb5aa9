import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cause } from '../packages/core/src/contract/payloads.ts'
import { bundlePrograms, runProgram, TIMEOUT, type Blow, type Ended } from './run-program.ts'

const signal = (name: string): Cause => ({ type: 'signal', signal: name })
const exit = (code: number): Cause => ({ type: 'exit', code })
const exception: Cause = { type: 'exception' }
const finished = (rows = 3) => ({ rows, state: 'finished', cause: undefined })
const crashed = (cause: Cause, rows = 3) => ({ rows, state: 'crashed', cause })
const aborted = (name: string, rows = 3) => ({ rows, state: 'aborted', cause: signal(name) })

const bundles = mkdtempSync(join(tmpdir(), 'swanlab-programs-'))
beforeAll(() => bundlePrograms(['plain-endings', 'several-runs', 'signals', 'hooks'], bundles))
afterAll(() => rmSync(bundles, { recursive: true, force: true }))

const run = (program: string, args: readonly string[], blow?: Blow): Promise<Ended> =>
  runProgram(join(bundles, `${program}.mjs`), args, blow)

/** The program with the tracker; it must have ended as it does without. */
async function compared(program: string, args: readonly string[], blow?: Blow): Promise<Ended> {
  const [name = '', ...more] = args
  const [tracked, alone] = await Promise.all([
    run(program, [name, 'with', ...more], blow),
    run(program, [name, 'without', ...more], blow),
  ])
  expect(tracked.ending).toEqual(alone.ending)
  expect(alone.journals).toEqual([])
  return tracked
}

/** What the journals say at last, and that they say it once. */
function told({ journals }: Ended): unknown[] {
  return journals.map(({ rows, gaps, finishes }) => {
    expect(gaps).toBe(0)
    expect(finishes.length).toBeLessThanOrEqual(1)
    return { rows, state: finishes[0]?.state, cause: finishes[0]?.cause }
  })
}

describe('a program that ends by itself', () => {
  it.each([
    ['runs to its end', 0, finished()],
    ['finishes', 0, finished()],
    ['finishes with an error', 0, crashed({ type: 'reported' })],
    ['exits with 0', 0, finished()],
    ['exits with 3', 3, crashed(exit(3))],
    ['sets the exit code', 4, crashed(exit(4))],
    ['waits for nothing', 13, crashed(exit(13))],
    ['throws', 1, crashed(exception)],
    ['throws in a timer', 1, crashed(exception)],
    ['throws after an await', 1, crashed(exception)],
    ['throws a string', 1, crashed(exception)],
    ['rejects unhandled', 1, crashed(exception)],
    ['handles its rejections', 0, finished()],
    ['handles its exceptions', 0, finished(6)],
    ['exits once more', 9, crashed(exit(3))],
    ['exits once more, from before', 9, crashed(exit(3))],
    ['has a worker', 0, finished()],
    ['kills its worker, then throws', 1, crashed(exception)],
  ])('%s', async (name, code, end) => {
    const ended = await compared('plain-endings', [name])
    expect(ended.ending).toMatchObject({ code, signal: null })
    expect(told(ended)).toEqual([end])
  })

  it('throws while it exits: the run had ended well by then', async () => {
    const ended = await compared('plain-endings', ['throws while it exits'])
    expect(ended.ending.stderr).toContain('could not save')
    expect(told(ended)).toEqual([finished()])
  })

  it('trains twice: each run has its own end', async () => {
    const ended = await compared('plain-endings', ['trains twice'])
    expect(ended.ending.code).toBe(3)
    expect(told(ended)).toEqual([finished(), crashed(exit(3))])
  })

  it('keeps the error, whatever was thrown', async () => {
    const error = async (name: string) => (await run('plain-endings', [name, 'with'])).journals[0]?.finishes[0]?.error
    const [range, text] = await Promise.all([error('throws in a timer'), error('throws a string')])
    expect(range).toMatchObject({ name: 'RangeError', message: 'lr is negative' })
    expect(range?.stack).toContain('plain-endings.mjs')
    expect(text).toEqual({ name: 'string', message: 'out of cheese' })
  })

  it('finds its process as it was after finish()', async () => {
    const ended = await compared('plain-endings', ['puts back its listeners'])
    expect(ended.ending.stdout).toMatch(
      /^SIGINT 0, SIGTERM 0, SIGHUP 0, exit \d+, beforeExit 0, uncaughtExceptionMonitor 0\n$/,
    )
    expect(ended.ending.signal).toBe('SIGTERM')
  })
})

describe('a program with several runs ends them all', () => {
  const [term, three] = [aborted('SIGTERM'), crashed(exit(3))]
  it.each([
    ['runs to its end', { code: 0 }, [finished(), finished(), finished()]],
    ['exits with 3', { code: 3 }, [three, three, three]],
    ['throws', { code: 1 }, [crashed(exception), crashed(exception), crashed(exception)]],
    ['is sent SIGTERM', { signal: 'SIGTERM' }, [term, term, term]],
    ['ends one before', { code: 3 }, [finished(), three, three]],
    ['exits with 3, and a callback exits', { code: 7 }, [three, three, three]],
    ['is sent SIGTERM, and a callback exits', { signal: 'SIGTERM' }, [term, term, term]],
  ])('%s', async (name, ending, ends) => {
    const ended = await run('several-runs', [name])
    expect(ended.ending).toMatchObject(ending)
    expect(told(ended)).toEqual(ends)
  })
})

describe('a program that is told to stop', () => {
  it.each([
    ['is sent SIGINT', 'SIGINT', aborted('SIGINT')],
    ['is sent SIGTERM', 'SIGTERM', aborted('SIGTERM')],
    ['is sent SIGHUP', 'SIGHUP', aborted('SIGHUP')],
    ['cleans up and raises it again', 'SIGINT', aborted('SIGINT')],
    ['handles it once, then no more', 'SIGINT', aborted('SIGINT')],
  ])('%s, and dies of it', async (name, by, end) => {
    const ended = await compared('signals', [name])
    expect(ended.ending).toMatchObject({ code: null, signal: by })
    expect(told(ended)).toEqual([end])
  })

  it.each(['handles it', 'handles it from before', 'handles it once', 'handles it once, from before', 'ignores it'])(
    '%s, and lives on with its run',
    async (name) => {
      const ended = await compared('signals', [name])
      expect(ended.ending).toMatchObject({ code: 0, stdout: name === 'ignores it' ? '' : 'handled\n' })
      expect(told(ended)).toEqual([finished(6)])
    },
  )

  it.each([
    ['exits with 130', 130, aborted('SIGINT')],
    ['exits with 0', 0, finished()],
  ])('%s', async (name, code, end) => {
    const ended = await compared('signals', [name])
    expect(ended.ending.code).toBe(code)
    expect(told(ended)).toEqual([end])
  })

  it('is told twice, and does not wait for callbacks any longer', async () => {
    const ended = await run('signals', ['is told twice', 'with'])
    expect(ended.ending.signal).toBe('SIGINT')
    expect(ended.lingered).toBeLessThan(TIMEOUT)
    expect(told(ended)).toEqual([aborted('SIGINT')])
  })

  it('is told twice, differently, and dies of the second', async () => {
    const ended = await run('signals', ['is told twice, differently', 'with'])
    expect(ended.ending.signal).toBe('SIGTERM')
    expect(told(ended)).toEqual([aborted('SIGINT')])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('never yields, and still dies of %s', async (by) => {
    const ended = await compared('signals', ['never yields'], { signal: by, after: 100 })
    expect(ended.ending.signal).toBe(by)
    expect(ended.lingered).toBeLessThan(TIMEOUT)
    const [journal] = ended.journals
    expect(journal?.rows).toBeGreaterThan(1_000)
    expect(journal).toMatchObject({ gaps: 0, finishes: [] })
  })

  it('yields after a long while, and gets the signal again', async () => {
    const ended = await compared('signals', ['yields after a long while'])
    expect(ended.ending.signal).toBe('SIGTERM')
    expect(told(ended)).toEqual([{ rows: expect.any(Number) as number, state: 'aborted', cause: signal('SIGTERM') }])
  })
})

describe('a callback that calls process.exit(7)', () => {
  const inside = (moment: string): Cause => ({ type: 'exit', code: 7, inside: `villain (${moment})` })

  it('in onInit: there is no run yet', async () => {
    const ended = await compared('hooks', ['onInit'])
    expect(ended.ending.code).toBe(7)
    expect(ended.journals).toEqual([])
  })

  it.each([
    ['onRun', 'exit', 0],
    ['onRun', 'exit later', 0],
    ['onRuntimeInfoUpdate', 'exit', 3],
    ['onColumnCreate', 'exit', 1],
    ['onLog', 'exit', 1],
    ['onMetricCreate', 'exit', 1],
    ['onAlert', 'exit', 3],
  ])('in %s (%s): is named', async (moment, how, rows) => {
    const ended = await compared('hooks', [moment, how])
    expect(ended.ending.code).toBe(7)
    expect(told(ended)).toEqual([crashed(inside(moment), rows)])
  })

  it.each([
    ['onError', 'exit', crashed({ type: 'reported' })],
    ['onStop', 'exit', finished()],
    ['onStop', 'exit later', finished()],
  ])('in %s (%s): the run had ended by then', async (moment, how, end) => {
    const ended = await compared('hooks', [moment, how])
    expect(ended.ending.code).toBe(7)
    expect(told(ended)).toEqual([end])
  })
})

describe('a callback that never answers', () => {
  it('in onStop: the program ends after the deadline, as it would have', async () => {
    const ended = await compared('hooks', ['onStop', 'hang'])
    expect(ended.ending.code).toBe(0)
    expect(ended.lingered).toBeLessThan(TIMEOUT)
    expect(ended.messages.join('\n')).toContain('Callback "villain" failed in onStop: no answer within 300 ms')
    expect(told(ended)).toEqual([finished(6)])
  })

  it('in onError: the program dies of its signal after the deadline', async () => {
    const ended = await run('hooks', ['onError', 'with', 'hang'])
    expect(ended.ending.signal).toBe('SIGTERM')
    expect(ended.lingered).toBeLessThan(TIMEOUT)
    expect(told(ended)).toEqual([aborted('SIGTERM', 6)])
  })
})
