import { inspect } from 'node:util'
import { SwanLabError } from '../contract/error.ts'
import type { Cause, ErrorInfo, Losses, MetricSummary, Outcome, RunFailure, RunInfo } from '../contract/payloads.ts'
import { deepFreeze } from '../data/frozen.ts'
import { errorInfo } from '../text/thrown.ts'

const STATES: readonly unknown[] = ['finished', 'crashed', 'aborted'] satisfies Outcome['state'][]

/** How a run ended, before anything is known about what it had recorded. */
export interface Ending {
  readonly state: Outcome['state']
  readonly error?: ErrorInfo | undefined
  readonly cause?: Cause | undefined
}

/** What is known of a run beside how it ended. */
export interface Totals extends Pick<Outcome, 'steps' | 'lastStep' | 'callbacks' | 'lastLines'> {
  readonly summary: Readonly<Record<string, MetricSummary>>
  readonly losses: Losses
}

/** @throws SwanLabError `INVALID_OPTION` */
export function endingOf(options: unknown): Ending {
  if (typeof options !== 'object' || options === null)
    throw new SwanLabError(
      'INVALID_OPTION',
      `finish: takes an object such as { state: "crashed", error }, but got ${inspect(options)}.`,
    )
  const { error, state = error === undefined ? 'finished' : 'crashed' } = options as Record<string, unknown>
  if (!STATES.includes(state))
    throw new SwanLabError(
      'INVALID_OPTION',
      `finish: "state" takes "finished", "crashed" or "aborted", but got ${inspect(state)}.`,
    )
  return {
    state: state as Outcome['state'],
    ...(error !== undefined && { error: errorInfo(error) }),
    ...(state !== 'finished' && { cause: { type: 'reported' } as const }),
  }
}

export function outcomeOf(ending: Ending, run: RunInfo, totals: Totals, endTime: number): Outcome {
  const { steps, lastStep, summary, losses, lastLines, callbacks } = totals
  return Object.freeze({
    ...deepFreeze(ending),
    duration: Math.max(0, endTime - run.startTime),
    endTime,
    steps,
    lastStep,
    summary,
    run,
    losses: Object.freeze(losses),
    ...(lastLines && lastLines.length > 0 && { lastLines }),
    callbacks: Object.freeze(callbacks),
  })
}

/** The failure behind an outcome; absent when the run ended well. */
export function failureOf(outcome: Outcome): RunFailure | undefined {
  if (outcome.state === 'finished') return undefined
  const cause: Cause = outcome.cause ?? { type: 'reported' }
  return Object.freeze({
    error: outcome.error ?? Object.freeze({ name: 'Error', message: describeCause(cause) }),
    cause: deepFreeze(cause),
    outcome,
    run: outcome.run,
  })
}

/** A sentence for endings that come without an error of their own. */
export function describeCause(cause: Cause): string {
  switch (cause.type) {
    case 'exit':
      return `the process exited with code ${cause.code}${cause.inside ? ` inside ${cause.inside}` : ''}`
    case 'signal':
      return `the process received ${cause.signal}`
    case 'exception':
      return 'an exception was not caught'
    case 'reported':
      return 'the program reported a failure'
    case 'lost':
      return 'the process ended without anybody seeing it'
    case 'killed':
      return 'the process was killed (SIGKILL)'
    case 'oom-killed':
      return 'the process ran out of memory'
    case 'crashed-natively':
      return `the process crashed in native code (${cause.signal})`
    case 'lost-contact':
      return 'the process is gone, and nothing says why'
  }
}

/** The end of a run that nobody saw end. */
export const LOST: Ending = Object.freeze({
  state: 'crashed',
  cause: Object.freeze({ type: 'lost' }),
  error: Object.freeze({ name: 'Lost', message: describeCause({ type: 'lost' }) }),
})
