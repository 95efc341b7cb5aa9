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
} from '../kernel/payloads.ts'
import type { ProcessIdentity } from '../runtime/process-identity.ts'
import { isRecord } from './shapes.ts'

/** Version of the format that docs/journal.md describes. */
export const JOURNAL_FORMAT = 1
/** Name of the journal in its run folder. */
export const JOURNAL_FILE = 'journal.jsonl'

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
>

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

/** One line, with its end. */
export function encodeRecord(record: Exclude<JournalRecord, { type: 'log' }>): string {
  return `${JSON.stringify(record)}\n`
}

/** One line for one accepted `log()`. This is the hot path: one pass, no copy. */
export function encodeLog({ step, time, data }: LogRecord): string {
  const json = JSON.stringify(data)
  // JSON writes null for what is not finite. Nothing else here can be null, but a key can contain the text.
  const exact = json.includes(':null') ? JSON.stringify(data, nonFiniteAsText) : json
  return `{"type":"log","step":${step},"time":${time},"data":${exact}}\n`
}

function nonFiniteAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** What every line of ours begins with. */
export const RECORD_START: RegExp =
  /\{"type":"(?:header|resume|log|media|column|config|metadata|requirements|alert|console|finish)",/g

/** The record in a line; absent when the line is not whole, or not one of ours. */
export function decodeRecord(line: string): JournalRecord | undefined {
  try {
    const record: unknown = JSON.parse(line)
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}
