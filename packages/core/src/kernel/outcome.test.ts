import { describe, expect, it } from 'vitest'
import { causeInWords, failureOf, outcomeOf, type Ledger, type Verdict } from './outcome.ts'
import type { Cause, RunInfo } from './payloads.ts'

const RUN: RunInfo = {
  id: 'a'.repeat(21),
  project: 'test',
  experimentName: 'swan-1',
  tags: [],
  mode: 'local',
  logdir: '/nowhere',
  startTime: 1_000,
  resumed: false,
  colors: ['#528d59', '#528d59'],
  config: {},
  callbacks: [],
}

const ledger = (more: Partial<Ledger> = {}): Ledger => ({
  run: RUN,
  intake: {
    steps: 3,
    lastStep: 7,
    summary: () => ({ loss: { last: 1, lastStep: 7, count: 3 } }),
    losses: () => ({ values: 2 }),
  },
  guard: { reports: () => [{ name: 'printer', failures: 1, disabled: false }] },
  lost: 0,
  ...more,
})

const EVERY_CAUSE: readonly [Cause, string][] = [
  [{ type: 'exit', code: 3 }, 'the process exited with code 3'],
  [{ type: 'exit', code: 0, inside: 'csv (onLog)' }, 'the process exited with code 0 inside csv (onLog)'],
  [{ type: 'signal', signal: 'SIGTERM' }, 'the process received SIGTERM'],
  [{ type: 'exception' }, 'an exception was not caught'],
  [{ type: 'reported' }, 'the program reported a failure'],
  [{ type: 'lost' }, 'the process ended without anybody seeing it'],
  [{ type: 'killed', evidence: [] }, 'the process was killed (SIGKILL)'],
  [{ type: 'oom-killed', evidence: ['memory.events'] }, 'the process ran out of memory'],
  [{ type: 'crashed-natively', signal: 'SIGSEGV', evidence: [] }, 'the process crashed in native code (SIGSEGV)'],
  [{ type: 'lost-contact', evidence: [] }, 'the process is gone, and nothing says why'],
]

describe('outcomeOf', () => {
  it('gathers what is known when a run ends', () => {
    expect(outcomeOf({ state: 'finished' }, ledger(), 3_500)).toEqual({
      state: 'finished',
      duration: 2_500,
      endTime: 3_500,
      steps: 3,
      lastStep: 7,
      summary: { loss: { last: 1, lastStep: 7, count: 3 } },
      run: RUN,
      losses: { values: 2 },
      callbacks: [{ name: 'printer', failures: 1, disabled: false }],
    })
  })

  it('counts records that were lost, and only then', () => {
    expect(outcomeOf({ state: 'finished' }, ledger({ lost: 4 }), 2_000).losses).toEqual({ values: 2, records: 4 })
    expect(outcomeOf({ state: 'finished' }, ledger(), 2_000).losses).not.toHaveProperty('records')
  })

  it('has no negative duration, whatever the clock did meanwhile', () => {
    expect(outcomeOf({ state: 'finished' }, ledger(), 10).duration).toBe(0)
  })

  it('is frozen throughout, the verdict included', () => {
    const verdict: Verdict = {
      state: 'crashed',
      error: { name: 'Error', message: 'x' },
      cause: { type: 'oom-killed', evidence: ['memory.events'] },
    }
    const outcome = outcomeOf(verdict, ledger(), 2_000)
    for (const part of [outcome, outcome.error, outcome.cause, outcome.losses, outcome.callbacks])
      expect(Object.isFrozen(part)).toBe(true)
    expect(Object.isFrozen((outcome.cause as { evidence?: unknown }).evidence)).toBe(true)
  })
})

describe('failureOf', () => {
  it('is absent when the run ended well', () => {
    expect(failureOf(outcomeOf({ state: 'finished' }, ledger(), 2_000))).toBeUndefined()
  })

  it('holds the error and the cause', () => {
    const error = { name: 'RangeError', message: 'too far' }
    const outcome = outcomeOf({ state: 'crashed', error, cause: { type: 'exception' } }, ledger(), 2_000)
    expect(failureOf(outcome)).toEqual({ error, cause: { type: 'exception' }, outcome, run: RUN })
  })

  it('has words where there is no error, and a cause where there is none', () => {
    const outcome = outcomeOf({ state: 'aborted' }, ledger(), 2_000)
    expect(failureOf(outcome)).toMatchObject({
      cause: { type: 'reported' },
      error: { name: 'Error', message: 'the program reported a failure' },
    })
  })

  it('cannot be changed', () => {
    const failure = failureOf(
      outcomeOf({ state: 'aborted', cause: { type: 'signal', signal: 'SIGINT' } }, ledger(), 2_000),
    )
    for (const part of [failure, failure?.error, failure?.cause, failure?.outcome])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

it.each(EVERY_CAUSE)('%j reads well', (cause, words) => {
  expect(causeInWords(cause)).toBe(words)
})
