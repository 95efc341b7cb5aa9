import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { encodeLog, encodeRecord, JOURNAL_FILE, JOURNAL_FORMAT, type HeaderRecord } from '@swanlab/journal'

export interface Recording {
  readonly id: string
  readonly name?: string
  readonly workspace?: string
  /** Values of "loss", from step 0 on. */
  readonly losses?: readonly number[]
  readonly startTime?: number
  /** Absent: the run has not ended. */
  readonly state?: 'finished' | 'crashed' | 'aborted'
  /** The process that records it, when it has not ended. Default: one that is gone. */
  readonly pid?: number
}

export const START: number = Date.UTC(2026, 3, 1, 10, 15)

/** Writes a run folder as a program would have left it. @returns its path. */
export function record(logdir: string, recording: Recording): string {
  const {
    id,
    name = 'swan-1',
    workspace,
    losses = [],
    startTime = START,
    state,
    pid = spawnSync('true').pid,
  } = recording
  const dir = join(logdir, `run-20260401_101500-${id}`)
  mkdirSync(dir, { recursive: true })
  const write = (line: string): void => appendFileSync(join(dir, JOURNAL_FILE), line)
  const run: HeaderRecord['run'] = {
    id,
    project: 'cats',
    ...(workspace === undefined ? {} : { workspace }),
    experimentName: name,
    tags: [],
    mode: 'offline',
    logdir,
    startTime,
    resumed: false,
    colors: ['#528d59', '#528d59'],
    config: {},
    callbacks: [],
  }
  write(
    encodeRecord({ type: 'header', format: JOURNAL_FORMAT, time: startTime, run, process: { pid, host: hostname() } }),
  )
  losses.forEach((loss, step) => write(encodeLog({ step, time: startTime + 1000 * step, data: { loss } })))
  const [time, duration] = [startTime + 60_000, 60_000]
  if (state) write(encodeRecord({ type: 'finish', time, state, duration, steps: losses.length, losses: {} }))
  return dir
}
