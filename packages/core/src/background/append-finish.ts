import { appendFileSync } from 'node:fs'
import type { Verdict } from '../kernel/outcome.ts'
import { encodeRecord } from '../journal/records.ts'
import type { Driver } from './driver.ts'

/**
 * Writes the end that a dead training could not write, as of the last record it did write.
 *
 * @param path - Of the journal.
 * @throws the file system's own error.
 */
export function appendFinish(path: string, driver: Driver, { state, error, cause }: Verdict): void {
  const { lastTime: time } = driver
  const record = { type: 'finish', time, state, error, cause, ...driver.progress(), losses: {} } as const
  // The journal may end in the middle of a line.
  appendFileSync(path, `\n${encodeRecord(record)}`)
}
