import type { Ending } from '@swanlab/core/internal'
import type { FinishRecord, Driver } from '@swanlab/journal/internal'

/** The end that a dead training could not write. @param time - Default: that of the last record it did write. */
export function finishRecord(
  driver: Driver,
  { state, error, cause }: Ending,
  time: number = driver.lastTime,
): FinishRecord {
  return { type: 'finish', time, state, error, cause, ...driver.progress(time), losses: {} }
}
