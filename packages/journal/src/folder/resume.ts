import { join } from 'node:path'
import {
  type ConfigSnapshot,
  type EarlierRecord,
  type InitInfo,
  LOST,
  type Report,
  SwanLabError,
} from '@swanlab/core/internal'
import { lastSession, type LastSession } from '../format/last-session.ts'
import { JournalReader } from '../format/reader.ts'
import { JOURNAL_FILE, JOURNAL_FORMAT, type FinishRecord, type RecordedRun } from '../format/records.ts'
import { holderInWords, takeLease } from '../format/lease.ts'
import { readMark } from '../format/run-marker.ts'
import { isAlive } from '../files/process-identity.ts'
import type { Lock, TakenLock } from '../files/process-lock.ts'
import { unusable } from './make-folder.ts'
import { findRun } from './run-folders.ts'

export interface Resumable {
  readonly dir: string
  readonly run: RecordedRun
  /** Nobody else may write to the run while this is held. */
  readonly lease: TakenLock
}

/** A run by its id, and where it would be. */
type Sought = Pick<InitInfo, 'id' | 'project'> & { readonly logdir: string }

/**
 * The run folder to continue; absent when there is none.
 *
 * @throws SwanLabError `RESUME_FAILED` when it belongs to another project, is being written, or was written by a later
 *   version; `LOGDIR_UNUSABLE`.
 */
export function findResumable(info: Sought, report: Report): Resumable | undefined {
  const found = findRun(info.logdir, info.id, report)
  if (!found) return undefined
  const { format, run: begun } = found.header
  if (format > JOURNAL_FORMAT)
    throw new SwanLabError('RESUME_FAILED', `Run ${info.id} was recorded by a later version of SwanLab for TypeScript.`)
  const { project } = begun
  if (project !== info.project)
    throw new SwanLabError('RESUME_FAILED', `Run ${info.id} belongs to project "${project}", not to "${info.project}".`)
  const lease = leaseOf(found.dir, info)
  try {
    const session = lastSession(join(found.dir, JOURNAL_FILE))
    refuseLiving(found.dir, session, info.id)
    return { dir: found.dir, run: session.run ?? begun, lease }
  } catch (error) {
    lease.release()
    throw error
  }
}

/** @throws SwanLabError `RESUME_FAILED` when somebody else has it; `LOGDIR_UNUSABLE`. */
export function leaseOf(dir: string, { id, logdir }: Pick<Sought, 'id' | 'logdir'>): TakenLock {
  let lease: Lock
  try {
    lease = takeLease(dir)
  } catch (error) {
    throw error instanceof SwanLabError ? error : unusable(logdir, error)
  }
  if (lease.taken) return lease
  const holder = holderInWords(lease.holder)
  throw new SwanLabError(
    'RESUME_FAILED',
    `Run ${id} is still being recorded by ${holder}; finish it first. It is in ${dir}.`,
  )
}

/** Ends a session of the run that never ended, as whoever finds it must. Only for whoever holds the lease. */
export function closeLost(dir: string, append: (record: FinishRecord) => void): void {
  const { finished, start, last, steps, lastStep } = lastSession(join(dir, JOURNAL_FILE))
  if (finished) return
  const duration = Math.max(0, last - start)
  append({ type: 'finish', time: last, ...LOST, duration, steps, lastStep, losses: {} })
}

/** An earlier version takes no lease, nor does the kernel keep one everywhere. */
function refuseLiving(dir: string, { finished, owner }: LastSession, id: string): void {
  if (finished || !owner || readMark(dir)?.locked || isAlive(owner) !== true) return
  throw new SwanLabError('RESUME_FAILED', `Run ${id} is still being recorded by process ${owner.pid}; finish it first.`)
}

/** What the journal of a run holds of its earlier parts; the last configuration comes last. */
export function* earlierRecords(dir: string, report: Report): Generator<EarlierRecord> {
  const reader = new JournalReader(join(dir, JOURNAL_FILE), 'own')
  let config: ConfigSnapshot | undefined
  for (const record of reader) {
    if (record.type === 'config') config = record.config
    else if (record.type === 'header' || record.type === 'resume') config = record.run.config ?? config
    else if (record.type !== 'finish') yield record
  }
  if (config) yield { type: 'config', config }
  const { dropped } = reader.damage
  if (dropped > 0) report('warn', `${dropped} damaged lines of the run's journal were left out.`)
}
