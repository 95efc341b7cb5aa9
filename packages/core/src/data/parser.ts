import type { MediaDraft } from '../contract/media.ts'
import type { ColumnInfo, EarlierRecord, LogRecord, Losses, MetricInfo, MetricSummary } from '../contract/payloads.ts'

/** Everything that one `log()` call brings. */
export interface ParsedLog {
  readonly record: LogRecord
  /** Keys that were logged for the first time. */
  readonly columns: readonly ColumnInfo[]
  readonly media: readonly MediaDraft[]
  /** Empty unless they were asked for. */
  readonly metrics: readonly MetricInfo[]
}

/** Turns what `log()` is given into records. The kernel knows nothing of keys, numbers or steps. */
export interface Parser {
  /**
   * Never throws. Absent: nothing of it could be recorded, and that was reported.
   *
   * @param metrics - Does anybody listen to metrics?
   */
  parse(data: unknown, step: unknown, time: number, metrics: boolean): ParsedLog | undefined
  /** Takes back what an earlier part of a resumed run had recorded. */
  restore(record: EarlierRecord): void
  /** Number of recorded calls, those of earlier parts of a resumed run included. */
  readonly steps: number
  readonly lastStep: number | undefined
  summary(): Readonly<Record<string, MetricSummary>>
  losses(): Losses
}
