export { JournalCursor, type CursorOptions, type JournalDamage } from './format/cursor.ts'
export { noRunIn } from './format/no-run.ts'
export { JournalReader } from './format/reader.ts'
export {
  decodeRecord,
  encodeLog,
  encodeRecord,
  JOURNAL_FILE,
  JOURNAL_FORMAT,
  type FinishRecord,
  type HeaderRecord,
  type JournalRecord,
  type RecordedRun,
  type ResumeRecord,
} from './format/records.ts'
export { JournalWriter, type Durability, type JournalWriterOptions } from './format/writer.ts'
export { recordingState } from './format/lease.ts'
export { takeLock, type Lock, type LockOptions, type TakenLock } from './files/process-lock.ts'
export { isTime } from '@swanlab/core/internal'
export { replaceFile, replaceFileSync, syncFolder, type ReplaceFileOptions } from './files/replace-file.ts'
export { RunFiles } from './folder/run-files.ts'
export { folderName } from './folder/run-folders.ts'
export { keepOutOfGit } from './files/files.ts'
export { journal, type JournalOptions } from './folder/journal-callback.ts'
export {
  replay,
  type LoggedRow,
  type RaisedAlert,
  type ReplayOptions,
  type ReplayReport,
  type StopRequest,
} from './replay/replay.ts'
