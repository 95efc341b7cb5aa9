import { deepFreeze } from './frozen.ts'
import type { Guard } from './guard.ts'
import type { Intake } from './intake.ts'
import type { Cause, ErrorInfo, Losses, Outcome, RunFailure, RunInfo } from './payloads.ts'

/** How a run ended, before anything is known about what it had recorded. */
export interface Verdict {
  readonly state: Outcome['state']
  readonly error?: ErrorInfo | undefined
  readonly cause?: Cause | undefined
}

/** What an {@link Outcome} is gathered from. */
export interface Ledger {
  readonly run: RunInfo
  readonly intake: Pick<Intake, 'steps' | 'lastStep' | 'summary' | 'losses'>
  readonly guard: Pick<Guard, 'reports'>
  /** Records that the backend could not keep. */
  readonly lost: number
  readonly lastLines?: Outcome['lastLines']
}

export function outcomeOf(verdict: Verdict, ledger: Ledger, endTime: number): Outcome {
  const { run, intake, guard } = ledger
  return Object.freeze({
    ...deepFreeze(verdict),
    duration: Math.max(0, endTime - run.startTime),
    endTime,
    steps: intake.steps,
    lastStep: intake.lastStep,
    summary: intake.summary(),
    run,
    losses: lossesOf(intake.losses(), ledger.lost),
    ...(ledger.lastLines && ledger.lastLines.length > 0 && { lastLines: ledger.lastLines }),
    callbacks: Object.freeze(guard.reports()),
  })
}

/** The failure behind an outcome; absent when the run ended well. */
export function failureOf(outcome: Outcome): RunFailure | undefined {
  if (outcome.state === 'finished') return undefined
  const cause: Cause = outcome.cause ?? { type: 'reported' }
  return Object.freeze({
    error: outcome.error ?? Object.freeze({ name: 'Error', message: causeInWords(cause) }),
    cause: deepFreeze(cause),
    outcome,
    run: outcome.run,
  })
}

/** A sentence for endings that come without an error of their own. */
export function causeInWords(cause: Cause): string {
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

function lossesOf(losses: Losses, records: number): Losses {
  return Object.freeze(records > 0 ? { ...losses, records } : { ...losses })
}

/** The end of a run that nobody saw end. */
export const LOST: Verdict = Object.freeze({
  state: 'crashed',
  cause: Object.freeze({ type: 'lost' }),
  error: Object.freeze({ name: 'Lost', message: causeInWords({ type: 'lost' }) }),
})
