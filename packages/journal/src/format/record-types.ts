import type {
  Alert,
  ColumnInfo,
  ConfigSnapshot,
  ConsoleLine,
  JsonValue,
  LogRecord,
  MediaRecord,
  Outcome,
  RunInfo,
} from '@swanlab/core/internal'
import type { ProcessIdentity } from '../files/process-identity.ts'

/** First record of a journal. */
export interface HeaderRecord {
  readonly type: 'header'
  readonly format: number
  readonly time: number
  readonly run: RecordedRun
  readonly process: ProcessIdentity
}

/** A run as files know it: they move, so they do not know where they are. */
export type RecordedRun = Omit<RunInfo, 'dir'>

/** The run is continued by another process, or by another `init` of the same. */
export interface ResumeRecord {
  readonly type: 'resume'
  readonly time: number
  readonly run: RecordedRun
  readonly process: ProcessIdentity
}

/** How the run ended, by what is known at that moment. */
export type FinishRecord = { readonly type: 'finish'; readonly time: number } & Pick<
  Outcome,
  'state' | 'error' | 'cause' | 'duration' | 'steps' | 'lastStep' | 'losses'
> & {
    /** Where callbacks lived at the end, if that is not what the beginning of this part of the run says. */
    readonly callbacks?: RunInfo['callbacks'] | undefined
  }

/** One line of a journal. */
export type JournalRecord =
  | HeaderRecord
  | ResumeRecord
  | ({ readonly type: 'log' } & LogRecord)
  | ({ readonly type: 'media' } & MediaRecord)
  | ({ readonly type: 'column' } & ColumnInfo)
  | { readonly type: 'config'; readonly time: number; readonly config: ConfigSnapshot }
  | { readonly type: 'metadata'; readonly time: number; readonly metadata: Readonly<Record<string, JsonValue>> }
  | { readonly type: 'requirements'; readonly time: number; readonly requirements: string }
  | ({ readonly type: 'alert' } & Alert)
  | ({ readonly type: 'console' } & ConsoleLine)
  | FinishRecord
