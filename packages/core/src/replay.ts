import type { Callback } from './kernel/callback.ts'
import type { Alert, Outcome } from './kernel/payloads.ts'
import type { Report } from './kernel/reporter.ts'

/** How a run is replayed. */
export interface ReplayOptions {
  /** How many times faster than it was recorded. Default: as fast as possible. */
  readonly speed?: number | undefined
  /** First step that is heard: rows and alerts of earlier ones count in summaries only. Default: all are heard. */
  readonly from?: number | undefined
  /** Deadline of each asynchronous moment of a callback, in milliseconds. Default: 60,000. */
  readonly callbackTimeout?: number | undefined
  /** Where messages about failing callbacks go. Default: standard error. */
  readonly report?: Report | undefined
}

/** An alert, and the name of the callback that raised it. */
export type RaisedAlert = Alert & { readonly callback: string }

/** What a replay came to: how the run ended, and what the callbacks raised meanwhile. */
export interface ReplayReport extends Outcome {
  /** Alerts that callbacks raised in the replay. They are in no run and no journal; the callbacks of the replay got them. */
  readonly raised: readonly RaisedAlert[]
}

/**
 * Drives callbacks over a recorded run, through the same hooks and in the same order as while it was recorded. A run
 * that is still being recorded on this machine is followed until it ends. One whose process is gone without a word, or
 * cannot be asked because it belongs to another machine, ends as `lost` with its last record.
 *
 * @param runDir - The run folder.
 * @returns how the run ended, and the alerts that callbacks raised in the replay, which go into no run.
 * @throws SwanLabError `INVALID_FILE` when the folder is not that of a run, or the run was recorded by a later version,
 *   `INVALID_OPTION`, `INVALID_CALLBACK`.
 *
 * @example
 * ```ts
 * await replay('swanlog/run-20260401_101500-4x8…', [new CSVWriter({ filename: 'last-week.csv' })])
 * ```
 */
export async function replay(
  runDir: string,
  callbacks: Callback | readonly Callback[],
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { replayRun } = await import('./replay-run.ts')
  return replayRun(runDir, callbacks, options)
}
