import type { SyncOptions, SyncReport } from './sync-run.ts'
import { completed } from './login-command.ts'
import { VERSION } from '@swanlab/core/internal'

export type { SyncOptions, SyncReport } from './sync-run.ts'

/**
 * Uploads a recorded run, and what has been added since the last time. Doing it again, or from another machine, changes
 * nothing: a run keeps its id on the server. A run that died without saying so is ended as `lost` first; one that is
 * still being written is uploaded as far as it is.
 *
 * Source: `swanlab sync`, which makes a new run each time.
 *
 * @param runDir - The run folder.
 * @throws SwanLabError `INVALID_FILE` when there is no run in it, `INVALID_OPTION`, `LOGIN_FAILED`, `CLOUD_UNREACHABLE`,
 *   `CLOUD_REFUSED`.
 */
export async function sync(runDir: string, options: SyncOptions = {}): Promise<SyncReport> {
  const { checkSync } = await import('./cloud-options.ts')
  checkSync(options)
  const { syncRun } = await import('./sync-run.ts')
  return syncRun(runDir, { ...options, ...completed(options) }, VERSION)
}
