import { describe, expect, it } from 'vitest'
import { describeCause, failureOf, outcomeOf, type Ending, type Totals } from './outcome.ts'
import type { Cause, RunInfo } from '../contract/payloads.ts'

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

const totals = (more: Partial<Totals> = {}): Totals => ({
  steps: 3,
  lastStep: 7,
  summary: { loss: { last: 1, lastStep: 7, count: 3 } },
  losses: { values: 2 },
  callbacks: [{ name: 'printer', failures: 1, disabled: false }],
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
    expect(outcomeOf({ state: 'finished' }, RUN, totals(), 3_500)).toEqual({
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

  it('has no negative duration, whatever the clock did meanwhile', () => {
    expect(outcomeOf({ state: 'finished' }, RUN, totals(), 10).duration).toBe(0)
  })

  it('is frozen throughout, the ending included', () => {
    const ending: Ending = {
      state: 'crashed',
      error: { name: 'Error', message: 'x' },
      cause: { type: 'oom-killed', evidence: ['memory.events'] },
    }
    const outcome = outcomeOf(ending, RUN, totals(), 2_000)
    for (const part of [outcome, outcome.error, outcome.cause, outcome.losses, outcome.callbacks])
      expect(Object.isFrozen(part)).toBe(true)
    expect(Object.isFrozen((outcome.cause as { evidence?: unknown }).evidence)).toBe(true)
  })
})

describe('failureOf', () => {
  it('is absent when the run ended well', () => {
    expect(failureOf(outcomeOf({ state: 'finished' }, RUN, totals(), 2_000))).toBeUndefined()
  })

  it('holds the error and the cause', () => {
    const error = { name: 'RangeError', message: 'too far' }
    const outcome = outcomeOf({ state: 'crashed', error, cause: { type: 'exception' } }, RUN, totals(), 2_000)
    expect(failureOf(outcome)).toEqual({ error, cause: { type: 'exception' }, outcome, run: RUN })
  })

  it('has a message where there is no error, and a cause where there is none', () => {
    const outcome = outcomeOf({ state: 'aborted' }, RUN, totals(), 2_000)
    expect(failureOf(outcome)).toMatchObject({
      cause: { type: 'reported' },
      error: { name: 'Error', message: 'the program reported a failure' },
    })
  })

  it('cannot be changed', () => {
    const failure = failureOf(
      outcomeOf({ state: 'aborted', cause: { type: 'signal', signal: 'SIGINT' } }, RUN, totals(), 2_000),
    )
    for (const part of [failure, failure?.error, failure?.cause, failure?.outcome])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

it.each(EVERY_CAUSE)('%j is described', (cause, words) => {
  expect(describeCause(cause)).toBe(words)
})
