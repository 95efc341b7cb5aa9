import { join } from 'node:path'
import type { Restoration } from '../kernel/backend.ts'
import { SwanLabError } from '../kernel/error.ts'
import { LOST } from '../kernel/outcome.ts'
import type { ConfigSnapshot, InitInfo } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { lastPart, type LastPart } from '../journal/last-part.ts'
import { JournalReader } from '../journal/reader.ts'
import { JOURNAL_FILE, JOURNAL_FORMAT, type FinishRecord, type RecordedRun } from '../journal/records.ts'
import { isAlive } from '../runtime/process-identity.ts'
import { findRun } from './run-folders.ts'

/**
 * The run folder to continue; absent when there is none and that is allowed.
 *
 * @throws SwanLabError `RESUME_FAILED` when it must exist and does not, belongs to another project, is being written, or
 *   was written by a later version.
 */
export function findResumable(
  info: InitInfo,
  resume: 'must' | 'allow',
  report: Report,
): { dir: string; run: RecordedRun } | undefined {
  const found = findRun(info.logdir, info.id, report)
  if (!found) {
    if (resume === 'allow') return undefined
    throw new SwanLabError(
      'RESUME_FAILED',
      `"resume" is "must", but no run with id ${info.id} is in ${info.logdir}. Use "allow" to start it when it does not exist.`,
    )
  }
  const { format, run: begun } = found.header
  if (format > JOURNAL_FORMAT)
    throw new SwanLabError('RESUME_FAILED', `Run ${info.id} was recorded by a later version of SwanLab for TypeScript.`)
  const { project } = begun
  if (project !== info.project)
    throw new SwanLabError('RESUME_FAILED', `Run ${info.id} belongs to project "${project}", not to "${info.project}".`)
  const part = lastPart(join(found.dir, JOURNAL_FILE))
  refuseLiving(part, info.id)
  return { dir: found.dir, run: part.run ?? begun }
}

/**
 * Ends a part of the run that never ended, as whoever finds it must.
 *
 * @throws SwanLabError `RESUME_FAILED` when another process has continued it meanwhile.
 */
export function closeLost(dir: string, id: string, append: (record: FinishRecord) => void): void {
  const part = lastPart(join(dir, JOURNAL_FILE))
  refuseLiving(part, id)
  const { finished, start, last, steps, lastStep } = part
  if (finished) return
  const duration = Math.max(0, last - start)
  append({ type: 'finish', time: last, ...LOST, duration, steps, lastStep, losses: {} })
}

function refuseLiving({ finished, owner }: LastPart, id: string): void {
  if (finished || !owner || isAlive(owner) !== true) return
  throw new SwanLabError('RESUME_FAILED', `Run ${id} is still being recorded by process ${owner.pid}; finish it first.`)
}

/** Gives a run back what its journal holds. @returns number of its last line of the terminal. */
export function restoreJournal(dir: string, into: Restoration, report: Report): number {
  const reader = new JournalReader(join(dir, JOURNAL_FILE), 'own')
  let config: ConfigSnapshot | undefined
  let line = 0
  for (const record of reader) {
    if (record.type === 'log') into.log(record)
    else if (record.type === 'column') into.column(record)
    else if (record.type === 'media') into.media(record)
    else if (record.type === 'console') line = Math.max(line, record.line)
    else if (record.type === 'config') config = record.config
    else if (record.type === 'header' || record.type === 'resume') config = record.run.config ?? config
  }
  if (config) into.config(config)
  const { dropped } = reader.damage
  if (dropped > 0) report('warn', `${dropped} damaged lines of the run's journal were left out.`)
  return line
}
