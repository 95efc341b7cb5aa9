import type { Outcome, Placement } from '@swanlab/core/internal'
import type { FinishRecord } from './records.ts'

/**
 * What is recorded of the end of a run.
 *
 * @param placed - Where its beginning says that callbacks live; recorded again if that has changed.
 */
export function finishRecordOf(outcome: Outcome, placed: readonly Placement[] | undefined): FinishRecord {
  const { endTime: time, state, error, cause, duration, steps, lastStep, losses, run } = outcome
  const callbacks = run.callbacks === placed ? undefined : run.callbacks
  return { type: 'finish', time, state, error, cause, duration, steps, lastStep, losses, callbacks }
}
