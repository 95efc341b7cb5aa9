import type { Alert, ColumnInfo, ConfigSnapshot, JsonValue, LogRecord, Outcome, RunInfo } from '../kernel/payloads.ts'
import type { ProcessIdentity } from '../runtime/process-identity.ts'

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
  | ({ readonly type: 'column' } & ColumnInfo)
  | { readonly type: 'config'; readonly time: number; readonly config: ConfigSnapshot }
  | { readonly type: 'metadata'; readonly time: number; readonly metadata: Readonly<Record<string, JsonValue>> }
  | { readonly type: 'requirements'; readonly time: number; readonly requirements: string }
  | ({ readonly type: 'alert' } & Alert)
  | FinishRecord

/** JSON has no words for these; a scalar that is one of them is written as a string. */
const NON_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }

/** One line, with its end. */
export function encodeRecord(record: Exclude<JournalRecord, { type: 'log' }>): string {
  return `${JSON.stringify(record)}\n`
}

/** One line for one accepted `log()`. This is the hot path: one pass, no copy. */
export function encodeLog({ step, time, data }: LogRecord): string {
  const json = JSON.stringify(data)
  // JSON writes null for what is not finite. Nothing else here can be null, but a key can contain the text.
  const exact = json.includes(':null') ? JSON.stringify(data, (_, value: unknown) => (Number.isFinite(value) || typeof value === 'object' ? value : String(value))) : json
  return `{"type":"log","step":${step},"time":${time},"data":${exact}}\n`
}

/** The record in a line; absent when the line is not whole, or not one of ours. */
export function decodeRecord(line: string): JournalRecord | undefined {
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null) return undefined
  const { type } = record as { type?: unknown }
  if (type === 'log') return decodeLog(record as Record<string, unknown>)
  return typeof type === 'string' ? (record as JournalRecord) : undefined
}

function decodeLog(record: Record<string, unknown>): JournalRecord | undefined {
  const { step, time, data } = record
  if (typeof step !== 'number' || typeof time !== 'number' || typeof data !== 'object' || data === null) return undefined
  const values = data as Record<string, unknown>
  for (const key in values) {
    const value = values[key]
    if (typeof value === 'number') continue
    if (typeof value !== 'string' || !Object.hasOwn(NON_FINITE, value)) return undefined
    values[key] = NON_FINITE[value]
  }
  return record as unknown as JournalRecord
}
