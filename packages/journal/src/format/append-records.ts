import { closeSync, constants, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { openWithin } from '../files/safe-open.ts'
import { encodeRecord, type JournalRecord } from './records.ts'

/**
 * Writes, all at once, what the training did not: its end, and alerts that were on their way to it. A journal that was
 * deleted does not come back as a file of its last lines.
 *
 * @param path - Of the journal.
 * @throws SwanLabError `INVALID_FILE` when it is not a file of one's own; the file system's own error.
 */
export function appendRecords(path: string, records: readonly Exclude<JournalRecord, { type: 'log' }>[]): void {
  if (records.length === 0) return
  const flags = constants.O_WRONLY | constants.O_APPEND
  const fd = openWithin(dirname(path), basename(path), { owner: 'own', flags })
  try {
    // The journal may end in the middle of a line.
    writeFileSync(fd, `\n${records.map(encodeRecord).join('')}`)
  } finally {
    closeSync(fd)
  }
}
