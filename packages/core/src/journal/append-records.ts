import { appendFileSync } from 'node:fs'
import { encodeRecord, type JournalRecord } from './records.ts'

/**
 * Writes, all at once, what the training did not: its end, and alerts that were on their way to it.
 *
 * @param path - Of the journal.
 * @throws the file system's own error.
 */
export function appendRecords(path: string, records: readonly Exclude<JournalRecord, { type: 'log' }>[]): void {
  // The journal may end in the middle of a line.
  if (records.length > 0) appendFileSync(path, `\n${records.map(encodeRecord).join('')}`)
}
