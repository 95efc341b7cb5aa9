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
  const exact = json.includes(':null') ? JSON.stringify(data, nonFiniteAsText) : json
  return `{"type":"log","step":${step},"time":${time},"data":${exact}}\n`
}

function nonFiniteAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** What every line of ours begins with. */
export const RECORD_START: RegExp =
  /\{"type":"(?:header|resume|log|media|column|config|metadata|requirements|alert|console|finish)",/g

type Fields = Readonly<Record<string, unknown>>

/** What a record must hold besides its time to be taken for one: a part of a damaged line can be JSON by chance. */
const SHAPES: Readonly<Record<JournalRecord['type'], (record: Fields) => boolean>> = {
  header: isBeginning,
  resume: isBeginning,
  log: ({ step, data }) => isStep(step) && isObject(data) && reviveData(data),
  media: ({ key, step, data }) => isText(key) && isStep(step) && Array.isArray(data) && data.every(isText),
  column: ({ key, index, section, step }) => [key, section].every(isText) && isStep(index) && isStep(step),
  config: ({ config }) => isObject(config),
  metadata: ({ metadata }) => isObject(metadata),
  requirements: ({ requirements }) => isText(requirements),
  alert: ({ title, text, level }) => [title, text, level].every(isText),
  console: ({ line, level, text }) => isStep(line) && isText(level) && isText(text),
  finish: ({ state, duration, steps }) =>
    ['finished', 'crashed', 'aborted'].includes(state as string) &&
    typeof duration === 'number' &&
    typeof steps === 'number',
}

/** The record in a line; absent when the line is not whole, or not one of ours. */
export function decodeRecord(line: string): JournalRecord | undefined {
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(record) || typeof record['type'] !== 'string' || typeof record['time'] !== 'number') return undefined
  const whole = Object.hasOwn(SHAPES, record['type']) && SHAPES[record['type'] as JournalRecord['type']](record)
  return whole ? (record as unknown as JournalRecord) : undefined
}

function isBeginning({ run, process }: Fields): boolean {
  return (
    isObject(run) &&
    isText(run['id']) &&
    isText(run['project']) &&
    Number.isFinite(run['startTime']) &&
    isObject(process)
  )
}

/** Steps and numbers of columns. A damaged one must not carry the automatic steps out of their range. */
function isStep(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2 ** 48
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Puts numbers where JSON had no word for them. False: there is something else than numbers. */
function reviveData(values: Record<string, unknown>): boolean {
  for (const key in values) {
    const value = values[key]
    if (typeof value === 'number') continue
    if (typeof value !== 'string' || !Object.hasOwn(NON_FINITE, value)) return false
    values[key] = NON_FINITE[value]
  }
  return true
}
