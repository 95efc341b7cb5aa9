import { appendFileSync } from 'node:fs'
import type { Verdict } from '../kernel/outcome.ts'
import { encodeRecord, type FinishRecord } from '../journal/records.ts'
import type { Driver } from './driver.ts'

/** The end that a dead training could not write, as of the last record it did write. */
export function finishRecord(driver: Driver, { state, error, cause }: Verdict): FinishRecord {
  return { type: 'finish', time: driver.lastTime, state, error, cause, ...driver.progress(), losses: {} }
}

/**
 * Writes an end that the training did not write.
 *
 * @param path - Of the journal.
 * @throws the file system's own error.
 */
export function appendFinish(path: string, record: FinishRecord): void {
  // The journal may end in the middle of a line.
  appendFileSync(path, `\n${encodeRecord(record)}`)
}
