import { appendFileSync } from 'node:fs'
import { encodeRecord, type FinishRecord } from './records.ts'

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
