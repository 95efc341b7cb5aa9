import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { SwanLabError } from '../kernel/error.ts'
import type { RunInfo } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { takeLock, type TakenLock } from '../runtime/process-lock.ts'
import { realPath } from '../runtime/safe-open.ts'
import { makeLogdir, makeRunFolder, unusable } from './make-folder.ts'
import { leaseOf } from './resume.ts'
import { findRun } from './run-folders.ts'

/** How long another process may take to make a run with the same id, in milliseconds: it takes one or two. */
const WAIT = 5_000

export interface NewRun {
  readonly dir: string
  readonly lease: TakenLock
}

/** Makes the folder of a new run, and takes its lease. @throws SwanLabError `LOGDIR_UNUSABLE`; nothing is left then. */
export function makeRun(run: RunInfo): NewRun {
  const dir = makeRunFolder(run)
  try {
    return { dir, lease: leaseOf(dir, run) }
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
}

/**
 * Starts a run with an id that was given, so that others may be starting it in the same moment: one of them does.
 *
 * @param begin - Returns when others can see in the run folder which run it is of.
 * @throws SwanLabError `RESUME_FAILED` for those who come second, and whatever `begin` throws.
 */
export function alone<T>(run: RunInfo, report: Report, begin: () => T): T {
  makeLogdir(run.logdir)
  const id = lockId(run)
  try {
    const twin = findRun(run.logdir, run.id, report)
    if (!twin) return begin()
    // Says by whom, while it is being recorded.
    leaseOf(twin.dir, run).release()
    throw refusal(run.id, 'was started, and ended, by another process in this moment; call init again to continue it.')
  } finally {
    id.release()
  }
}

function lockId({ id, logdir }: RunInfo): TakenLock {
  const path = join(realPath(logdir), `.${id}.lock`)
  const deadline = performance.now() + WAIT
  try {
    for (;;) {
      const lock = takeLock(path)
      if (lock.taken) return lock
      if (performance.now() > deadline) break
    }
  } catch (error) {
    throw error instanceof SwanLabError ? error : unusable(logdir, error)
  }
  throw refusal(id, `is being started by another process, which holds ${path}; remove that when there is none.`)
}

function refusal(id: string, what: string): SwanLabError {
  return new SwanLabError('RESUME_FAILED', `Run ${id} ${what}`)
}
