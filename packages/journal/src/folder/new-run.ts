import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { SwanLabError, type RunInfo, type Report } from '@swanlab/core/internal'
import { realPath } from '../files/safe-open.ts'
import { takeLock, type TakenLock } from '../files/process-lock.ts'
import { makeLogdir, makeRunFolder, unusable } from './make-folder.ts'
import { leaseOf } from './resume.ts'
import { findRun } from './run-folders.ts'

/** How long another process may take to make a run with the same id, in milliseconds: it takes one or two. */
const WAIT = 5_000

/** Where a run is made, and who gets the messages. */
interface Where {
  readonly logdir: string
  readonly report: Report
}

export interface NewRun {
  readonly dir: string
  readonly lease: TakenLock
}

/** Makes the folder of a new run, and takes its lease. @throws SwanLabError `LOGDIR_UNUSABLE`; nothing is left then. */
export function makeRun(run: RunInfo, logdir: string): NewRun {
  const dir = makeRunFolder(run, logdir)
  try {
    return { dir, lease: leaseOf(dir, { id: run.id, logdir }) }
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
export function alone<T>({ id: name }: RunInfo, { logdir, report }: Where, begin: () => T): T {
  makeLogdir(logdir)
  const id = lockId(name, logdir)
  try {
    const existing = findRun(logdir, name, report)
    if (!existing) return begin()
    // Says by whom, while it is being recorded.
    leaseOf(existing.dir, { id: name, logdir }).release()
    throw refusal(name, 'was started, and ended, by another process in this moment; call init again to continue it.')
  } finally {
    id.release()
  }
}

function lockId(id: string, logdir: string): TakenLock {
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
