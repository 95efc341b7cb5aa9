import type { LoginOptions, SyncOptions, SyncReport } from '@swanlab/cloud'
import type { Callback } from '@swanlab/core'
import type { ReplayOptions, ReplayReport } from '@swanlab/journal'

// Their packages are loaded by whoever calls them: a program that only records starts without.

/**
 * Logs in to SwanLab's cloud or to another server, for the runs that this process starts from now on. Without an
 * `apiKey` one is looked for in `SWANLAB_API_KEY`, `./.swanlab/.netrc` and `~/.swanlab/.netrc`.
 *
 * Source: `swanlab.login`.
 *
 * @throws SwanLabError `LOGIN_FAILED` when there is no key or it is not accepted, `CLOUD_UNREACHABLE`, `RUN_ACTIVE` while a
 *   run is being recorded, `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { login } from 'swanlab'
 *
 * await login({ apiKey: '…', host: 'http://127.0.0.1:5092', save: true })
 * ```
 */
export async function login(options?: LoginOptions): Promise<{ username: string; host: string; savedIn?: string }> {
  const cloud = await import('@swanlab/cloud')
  return cloud.login(options)
}

/**
 * Uploads a recorded run, and what has been added since the last time. Doing it again changes nothing; a run that died
 * without saying so is ended as `lost` first.
 *
 * Source: `swanlab sync`, which makes a new run each time.
 *
 * @param runDir - The run folder.
 * @throws SwanLabError `INVALID_FILE` when there is no run in it, `INVALID_OPTION`, `LOGIN_FAILED`, `CLOUD_UNREACHABLE`,
 *   `CLOUD_REFUSED`.
 */
export async function sync(runDir: string, options?: SyncOptions): Promise<SyncReport> {
  const cloud = await import('@swanlab/cloud')
  return cloud.sync(runDir, options)
}

/**
 * Drives callbacks over a recorded run, through the same hooks and in the same order as while it was recorded. A run that
 * is still being recorded on this machine is followed until it ends.
 *
 * @param runDir - The run folder.
 * @returns how the run ended, and what the callbacks raised in the replay, which goes into no run.
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
  options?: ReplayOptions,
): Promise<ReplayReport> {
  const journal = await import('@swanlab/journal')
  return journal.replay(runDir, callbacks, options)
}
