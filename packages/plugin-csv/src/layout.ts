import type { LogRecord, Outcome, RunInfo } from '@swanlab/core'

/** What becomes of a run in CSV. */
export interface Layout {
  /** A run is being put together; what is logged from now on belongs to it. */
  reset?(): void
  begin?(run: RunInfo): void
  log?(record: LogRecord): void
  end(outcome: Outcome): void
}
