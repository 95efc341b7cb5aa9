import type { Verdict } from '../kernel/outcome.ts'
import type { FinishRecord } from '../journal/records.ts'
import type { Driver } from './driver.ts'

/** The end that a dead training could not write. @param time - Default: that of the last record it did write. */
export function finishRecord(
  driver: Driver,
  { state, error, cause }: Verdict,
  time: number = driver.lastTime,
): FinishRecord {
  return { type: 'finish', time, state, error, cause, ...driver.progress(time), losses: {} }
}
