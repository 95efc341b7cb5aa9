import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SwanLabError, type RunState, terminalReport, type Report, cliCommand } from '@swanlab/core/internal'
import {
  appendRecords,
  closeLost,
  JOURNAL_FILE,
  JournalReader,
  noRunIn,
  type ProcessIdentity,
  realPath,
  type RecordedRun,
  recordingState,
  takeLease,
} from '@swanlab/journal/internal'
import type { UploadRange } from './destination.ts'
import { CloudError } from './cloud-error.ts'
import { findCredentials, findKey, describeKey, type Credentials, type GivenCredentials } from './credentials.ts'
import { refusedIn } from './absent-items.ts'
import { registerRun } from './register-run.ts'
import { RetryPolicy } from './retry-policy.ts'
import { CheckpointFile } from './checkpoint.ts'
import { isFinal, runRefusal } from './run-refusal.ts'
import { Session } from './session.ts'
import { httpTransport, type Transport } from './transport.ts'
import { Uploader } from './uploader.ts'

/** What {@link sync} takes. */
export interface SyncOptions extends GivenCredentials, UploadRange {
  /** Id of the run on the server. Default: its own. */
  readonly id?: string | undefined
  /** Default: that of the run. */
  readonly project?: string | undefined
  /** Default: that of the run, or the personal one. */
  readonly workspace?: string | undefined
  /** How long an outage is waited for, in milliseconds. Default: 60,000. */
  readonly timeout?: number | undefined
  /** Called from time to time with how much of the journal has arrived, in bytes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly report?: Report | undefined
  /** The network. Default: the real one. */
  readonly transport?: Transport | undefined
}

/** What {@link sync} did. */
export interface SyncReport {
  /** True: the server has everything that was in the journal, and every media file. */
  readonly complete: boolean
  /** Items that have arrived this time, those of earlier refusals included; 0 when there was nothing new. */
  readonly arrived: number
  readonly url: string | undefined
  /** How the run stands; `running` when it is still being written. */
  readonly state: RunState
  /** Items that the server refused; `refused.jsonl` lists them, and the next `sync` sends them again. */
  readonly refused: number
  /** Media files that were not in the run folder, or are not this user's; the next `sync` looks for them again. */
  readonly missing: number
  /** Lines of the journal that hold no record. */
  readonly damaged: number
  /** Why it is not complete. */
  readonly reason?: string | undefined
}

const PROGRESS_EVERY = 100
/** How long an answer is waited for at most, and at least where the network is slow, in milliseconds. */
const LONGEST_REQUEST = 60_000
const SHORTEST_REQUEST = 5_000

/** The implementation of `sync`. */
export async function syncRun(runDir: string, options: SyncOptions, version: string): Promise<SyncReport> {
  const { report = terminalReport(), transport = httpTransport(), timeout = 60_000, onProgress } = options
  const dir = realPath(runDir)
  const path = join(dir, JOURNAL_FILE)
  const credentials = findCredentials(options)
  if (!credentials)
    throw new SwanLabError(
      'LOGIN_FAILED',
      `There is no API key: set SWANLAB_API_KEY, or run first: ${cliCommand('login')}`,
    )
  const key = findKey(options)
  if (key) report('info', describeKey(key))
  const stored = readRun(dir, path)
  const state = endIfLost(dir, path, stored)
  const retry = new RetryPolicy({ clock: Date.now, random: Math.random, report, afterEnd: timeout })
  retry.runEnded(Date.now())
  // The timeout of one request is no longer than that of the whole outage.
  const requestTime = Math.min(LONGEST_REQUEST, Math.max(SHORTEST_REQUEST, timeout))
  const session = new Session({ credentials, transport, clock: Date.now, version, requestTime })
  const uploader = uploaderOf({ dir, stored, options, credentials, session, retry, report })
  uploader.end(state)
  const tell = (): void => onProgress?.(Math.min(uploader.offset, sizeOf(path)), sizeOf(path))
  const timer = setInterval(tell, PROGRESS_EVERY)
  try {
    const { complete, absent, arrived, reason, url, error } = await uploader.run()
    tell()
    if (error instanceof CloudError && url === undefined)
      throw refusal(credentials.api, options.id ?? stored.run.id, error)
    const { missing } = absent
    const { damaged } = stored
    return { complete, arrived, url, state, refused: refusedIn(absent), missing, damaged, ...(reason && { reason }) }
  } finally {
    clearInterval(timer)
    retry.stop()
  }
}

interface UploadOrder {
  readonly dir: string
  readonly stored: StoredRun
  readonly options: SyncOptions
  readonly credentials: Credentials
  readonly session: Session
  readonly retry: RetryPolicy
  readonly report: Report
}

function uploaderOf({ dir, stored, options, credentials, session, retry, report }: UploadOrder): Uploader {
  const { startStep, endStep, startTime, endTime, id = stored.run.id } = options
  const bounds = { startStep, endStep, startTime, endTime }
  const range = Object.values(bounds).some((bound) => bound !== undefined) ? bounds : undefined
  const { project = stored.run.project, workspace = stored.run.workspace } = options
  const elsewhere = options.project !== undefined || options.workspace !== undefined
  const place = elsewhere ? `${workspace ?? ''}/${project} ${id}` : id
  return new Uploader({
    dir,
    session,
    retry,
    // A part of a run has no checkpoint: it is sent again by each sync.
    checkpoint: range ? undefined : new CheckpointFile(dir, { server: credentials.api, id: place }),
    reregister: true,
    register: async () => {
      const { experimentName, colors } = stored.run
      const look = (): { experimentName: string; colors: readonly string[] } => ({ experimentName, colors })
      const call = { resume: 'allow', clock: Date.now, signal: retry.signal } as const
      return registerRun(session, { ...stored.run, id, project, workspace, look }, call)
    },
    clock: Date.now,
    report,
    interval: 0,
    ...(range && { range }),
  })
}

interface StoredRun {
  readonly run: RecordedRun
  readonly owner: ProcessIdentity
  readonly state: RunState
  readonly damaged: number
}

/** @throws SwanLabError `INVALID_FILE` */
function readRun(dir: string, path: string): StoredRun {
  if (!existsSync(path)) throw noRunIn(dir)
  let run: RecordedRun | undefined
  let owner: ProcessIdentity | undefined
  let state: RunState = 'running'
  const reader = new JournalReader(path, 'own')
  for (const record of reader) {
    if (record.type === 'header' || record.type === 'resume') {
      run = record.run
      owner = record.process
      state = 'running'
    } else if (record.type === 'finish') state = record.state
  }
  if (!run || !owner) throw new SwanLabError('INVALID_FILE', `${path} does not say which run it is of.`)
  return { run, owner, state, damaged: reader.damage.dropped }
}

/** State of the run. One whose process is gone without a finish record is ended as lost, also in its journal. */
function endIfLost(dir: string, path: string, { owner, state }: StoredRun): RunState {
  if (state !== 'running' || recordingState(dir, owner) !== 'gone') return state
  const lease = takeLease(dir)
  // Another process continues it.
  if (!lease.taken) return state
  try {
    closeLost(dir, (record) => appendRecords(path, [record]))
  } finally {
    lease.release()
  }
  return 'crashed'
}

function refusal(api: string, id: string, error: CloudError): SwanLabError {
  const cause = { cause: error }
  if (error.status === 401) return new SwanLabError('LOGIN_FAILED', `${api} does not accept the API key.`, cause)
  if (!isFinal(error))
    return new SwanLabError('CLOUD_UNREACHABLE', `${api} cannot be reached (${error.message}).`, cause)
  const onRun = runRefusal(error, id)
  return new SwanLabError(
    'CLOUD_REFUSED',
    onRun ? `${onRun} With another id it becomes a run of its own.` : `${api} refuses the run: ${error.message}.`,
    cause,
  )
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}
