export { keepOutOfGit, makeUnlessThere } from './files/files.ts'
export { type ProcessIdentity, identityOf, thisProcess } from './files/process-identity.ts'
export type { TakenLock } from './files/process-lock.ts'
export { shownPath } from './folder/messages.ts'
export { defaultColors, defaultName } from './folder/naming.ts'
export { journalAmong } from './folder/journal-callback.ts'
export { closeLost } from './folder/resume.ts'
export { finishRecordOf } from './format/finish-record.ts'
export { appendRecords } from './format/append-records.ts'
export { JournalCursor } from './format/cursor.ts'
export { type LastSession, lastSession } from './format/last-session.ts'
export { abandonedRuns, recordingState, settleSession, takeSessionLock, takeLease } from './format/lease.ts'
export { noRunIn } from './format/no-run.ts'
export { JournalReader } from './format/reader.ts'
export {
  type FinishRecord,
  JOURNAL_FILE,
  type JournalRecord,
  type RecordedRun,
  decodeRecord,
  encodeLog,
  encodeRecord,
} from './format/records.ts'
export { RowScanner } from './format/row-scanner.ts'
export { markRunning, readMark, unmark } from './format/run-marker.ts'
export { drive } from './replay/drive.ts'
export { Driver } from './replay/driver.ts'
export { replay } from './replay/replay.ts'
export { appendWithin, openWithin, readOwnFile, readWithin, realPath, replaceWithin } from './files/safe-open.ts'
