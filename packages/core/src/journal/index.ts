export { JournalCursor, type CursorOptions, type JournalDamage } from './cursor.ts'
export { noRunIn } from './no-run.ts'
export { JournalReader } from './reader.ts'
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
} from './records.ts'
export { JournalWriter, type Durability, type JournalWriterOptions } from './writer.ts'
export { recordingState } from './lease.ts'
export { takeLock, type Lock, type LockOptions, type TakenLock } from '../runtime/process-lock.ts'
export { isTime } from '../kernel/time.ts'
