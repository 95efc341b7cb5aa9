import type { Callback } from '@swanlab/core/internal'
import type { ReplayOptions, ReplayReport } from './replay-types.ts'

export type * from './replay-types.ts'

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
 * import { replay } from 'swanlab'
 * import { CSVWriter } from '@swanlab/plugin-csv'
 *
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
