import type { Verdict } from '../kernel/outcome.ts'
import type { FinishRecord } from '../journal/records.ts'
import type { Driver } from './driver.ts'

/** The end that a dead training could not write, as of the last record it did write. */
export function finishRecord(driver: Driver, { state, error, cause }: Verdict): FinishRecord {
  return { type: 'finish', time: driver.lastTime, state, error, cause, ...driver.progress(), losses: {} }
}
