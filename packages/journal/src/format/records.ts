import type { LogRecord } from '@swanlab/core/internal'
import type { JournalRecord } from './record-types.ts'
import { isRecord } from './shapes.ts'

export type * from './record-types.ts'

/** Version of the format that docs/journal.md describes. */
export const JOURNAL_FORMAT = 1
/** Name of the journal in its run folder. */
export const JOURNAL_FILE = 'journal.jsonl'

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
