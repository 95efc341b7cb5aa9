import type { ConsoleLine, Outcome, RunInfo } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import { outcomeOf, type Ending } from '../endings/outcome.ts'
import { redactError } from '../text/redact-payloads.ts'
import type { RunOptions } from './run-options.ts'

/** How long a callback that was asked to stop is waited for, in milliseconds. */
const STOP_TIME = 1_000

/** The outcome of a run, with everything that its parts have counted so far. */
export function gatherOutcome(
  { state, error, cause }: Ending,
  run: RunInfo,
  lastLines: readonly ConsoleLine[],
  { parser, recorders, callbacks, clock, redactor }: RunOptions,
): Outcome {
  const { lost } = recorders
  const totals = {
    steps: parser.steps,
    lastStep: parser.lastStep,
    summary: parser.summary(),
    losses: { ...parser.losses(), ...(lost > 0 && { records: lost }) },
    lastLines,
    callbacks: callbacks.guard.reports(),
  }
  return outcomeOf(
    { state, ...(error && { error: redactError(error, redactor) }), ...(cause && { cause }) },
    run,
    totals,
    clock(),
  )
}

/**
 * Waits for pending work of callbacks. What is not done in time is asked to stop, and has a moment to report what is left.
 *
 * @param isClosed - Has the run been closed meanwhile? Then nothing is waited for any more.
 */
export async function settlePending(options: RunOptions, isClosed: () => boolean): Promise<void> {
  const { callbacks, halt, finishTimeout, report } = options
  const { pending, outbox } = callbacks
  const late = await pending.settled(finishTimeout)
  if (late.length === 0 || isClosed()) return
  report('warn', `Not done within ${finishTimeout / 1_000} s: ${late.join(', ')}.`)
  halt.abort()
  outbox.stop()
  await pending.settled(STOP_TIME)
}

/** Reports at the end of a run what did not go well. @param unfinished - Callbacks that nobody waited for, with moment. */
export function reportEnd(report: Report, { callbacks, losses }: Outcome, unfinished: readonly string[]): void {
  if (unfinished.length > 0)
    report('warn', `The process ended before these callbacks were done: ${unfinished.join(', ')}.`)
  for (const { name, failures, disabled } of callbacks)
    if (failures > 0)
      report('warn', `Callback "${name}" failed ${times(failures)}${disabled ? ' and was switched off' : ''}.`)
  if (losses.records)
    report('warn', `${losses.records} ${losses.records === 1 ? 'record' : 'records'} could not be written.`)
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
