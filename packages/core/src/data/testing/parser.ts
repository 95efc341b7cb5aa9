import type { MediaDraft } from '../../contract/media.ts'
import type { ColumnInfo, LogRecord } from '../../contract/payloads.ts'
import { LogParser } from '../log-parser.ts'

/** A parser at a fixed time, what its calls brought, and the messages that it has reported. */
export function startParser(): {
  parser: LogParser
  log: (data: unknown, step?: unknown) => LogRecord | undefined
  /** The columns that calls have brought since this was asked last. */
  takeColumns: () => readonly ColumnInfo[]
  /** Likewise the media. */
  takeMedia: () => readonly MediaDraft[]
  messages: string[]
} {
  const messages: string[] = []
  const parser = new LogParser((_, message) => messages.push(message))
  const columns: ColumnInfo[] = []
  const media: MediaDraft[] = []
  const log = (data: unknown, step?: unknown): LogRecord | undefined => {
    const parsed = parser.parse(data, step, 1_000, false)
    if (parsed === undefined) return undefined
    columns.push(...parsed.columns)
    media.push(...parsed.media)
    return parsed.record
  }
  return { parser, messages, log, takeColumns: () => columns.splice(0), takeMedia: () => media.splice(0) }
}
