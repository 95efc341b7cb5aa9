import type { Restoration } from './backend.ts'
import type { MediaDraft } from './media.ts'
import type { ColumnInfo, LogRecord, Losses, MetricInfo, MetricSummary } from './payloads.ts'

/** Turns what `log()` is given into records. The kernel knows nothing of keys, numbers or steps. */
export interface Intake extends Pick<Restoration, 'log' | 'media' | 'column' | 'after'> {
  /** Never throws. Absent: nothing of it could be recorded, and that was reported. */
  accept(data: unknown, step: unknown, time: number): LogRecord | undefined
  /** The media of the last accepted call, once. */
  takeMedia(): readonly MediaDraft[]
  /** The columns that the last accepted call brought, once. */
  takeNewColumns(): readonly ColumnInfo[]
  /** The metrics of the record that was accepted last. */
  metricsOf(record: LogRecord): readonly MetricInfo[]
  /** Number of recorded calls, those of earlier parts of a resumed run included. */
  readonly steps: number
  readonly lastStep: number | undefined
  summary(): Readonly<Record<string, MetricSummary>>
  losses(): Losses
}
