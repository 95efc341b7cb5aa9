import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type RunState } from '@swanlab/core/internal'
import { appendWithin, JOURNAL_FILE } from '@swanlab/journal/internal'
import { runPath } from './api.ts'
import { streamsFor, type AnyStreamSpec } from './streams.ts'
import type { UploadRange } from './destination.ts'
import { CloudError } from './cloud-error.ts'
import { describeAbsent, type Absent } from './absent-items.ts'
import { UploadStream } from './upload-stream.ts'
import type { RegisteredRun } from './register-run.ts'
import { UploadStopped, messageOf, type RetryPolicy } from './retry-policy.ts'
import { rewound, type StreamCheckpoint, type CheckpointFile, type Target } from './checkpoint.ts'
import { isFinal } from './run-refusal.ts'
import { SameJournal } from './same-journal.ts'
import type { Session } from './session.ts'
import { stateBody } from './wire.ts'

const HEARTBEAT = 600_000
/** Items that the server refused, one JSON object a line, in the run folder: for people, who may see what is wrong. */
const REFUSED_FILE = 'refused.jsonl'

export interface UploaderOptions {
  /** The run folder. */
  readonly dir: string
  readonly session: Session
  readonly retry: RetryPolicy
  /** Stores what has been acknowledged. Absent: everything is sent, and nothing stored. */
  readonly checkpoint?: CheckpointFile | undefined
  /** Creates the run on the server, or finds it there. */
  readonly register: () => Promise<Pick<RegisteredRun, 'target' | 'existed'>>
  /**
   * True: asks the server for the run although it is known from before, forgets what was sent to one it has lost, and
   * sends again what it refused.
   */
  readonly reregister?: boolean | undefined
  readonly clock: () => number
  readonly report: (level: 'info' | 'warn', message: string) => void
  /** How long records are gathered before they are sent, in milliseconds. Default: 1,500, as SwanLab's clients do. */
  readonly interval?: number | undefined
  readonly range?: UploadRange | undefined
}

/** How an upload ended. */
export interface UploadReport {
  /** True: the server has everything, the end of the run included. */
  readonly complete: boolean
  readonly absent: Absent
  /** Items that have arrived this time. */
  readonly arrived: number
  /** Why it is not complete. */
  readonly reason?: string | undefined
  readonly url?: string | undefined
  /** What stopped it. */
  readonly error?: unknown
}

/** Uploads one run from its journal, while it is written or afterwards. */
export class Uploader {
  readonly #options: UploaderOptions
  readonly #saved: Record<string, StreamCheckpoint> = {}
  #target: Target | undefined
  #streams: readonly UploadStream<unknown>[] = []
  #heartbeat: NodeJS.Timeout | undefined
  #ended: { state: RunState } | undefined
  #warned = false

  constructor(options: UploaderOptions) {
    this.#options = options
  }

  /** Bytes of the journal of which everything has arrived. */
  get offset(): number {
    return this.#streams.length === 0 ? 0 : Math.min(...this.#streams.map(({ offset }) => offset))
  }

  /**
   * Nothing more will be written.
   *
   * @param state - How the run ended; `running` when it has not, and is only not followed any further.
   */
  end(state: RunState): void {
    this.#ended = { state }
    clearInterval(this.#heartbeat)
    for (const stream of this.#streams) stream.end()
  }

  /** Resolves when everything has arrived, or nothing more can be done. Never rejects for want of a network. */
  async run(): Promise<UploadReport> {
    const { retry } = this.#options
    try {
      this.#target = await this.#findTarget()
      this.#save()
      await this.#upload(this.#target)
    } catch (error) {
      if (!(error instanceof UploadStopped)) retry.stop()
      const cause = error instanceof UploadStopped ? (error.cause ?? error) : error
      return { ...this.#standing(), complete: false, reason: messageOf(error), error: cause }
    } finally {
      clearInterval(this.#heartbeat)
    }
    const standing = this.#standing()
    const reason = describeAbsent(standing.absent)
    return { ...standing, complete: this.#ended !== undefined && reason === '', ...(reason && { reason }) }
  }

  #standing(): Pick<UploadReport, 'absent' | 'arrived' | 'url'> {
    const refused: Record<string, number> = {}
    let missing = 0
    for (const { name, lacking } of this.#streams) {
      if (lacking && lacking.refused > 0) refused[name] = lacking.refused
      missing += lacking?.missing ?? 0
    }
    const arrived = this.#streams.reduce((sum, stream) => sum + stream.arrived, 0)
    return { absent: { refused, missing }, arrived, url: this.#target?.url }
  }

  async #findTarget(): Promise<Target> {
    const { checkpoint, register, reregister } = this.#options
    const known = checkpoint?.load()
    if (known && !reregister) {
      Object.assign(this.#saved, known.lanes)
      return known.target
    }
    const { target, existed } = await this.#withRetries('run', register)
    // What the server has of this run from elsewhere has the same numbers as what is sent now.
    if (!reregister) return target
    const goesOn = known && existed && known.target.experimentId === target.experimentId
    if (goesOn) Object.assign(this.#saved, rewound(known.lanes))
    // What is refused again is in it again.
    if (checkpoint) rmSync(join(this.#options.dir, REFUSED_FILE), { force: true })
    return { ...target, lines: goesOn ? known.target.lines : 0 }
  }

  async #upload(target: Target): Promise<void> {
    const { session, retry, dir, range, report, reregister, interval = 1_500 } = this.#options
    const journal = new SameJournal(join(dir, JOURNAL_FILE))
    const call = { signal: retry.signal }
    const missing = (why: string): void => report('warn', `A file of the run is left out: ${why}`)
    const specs = streamsFor({ session, target, dir, call, range, missing })
    this.#streams = specs.map((spec) => this.#stream(spec, interval))
    if (this.#ended) this.end(this.#ended.state)
    else this.#startHeartbeat(target)
    const results = await Promise.allSettled(this.#streams.map((stream) => stream.run()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    if (retry.signal.aborted) throw new UploadStopped('told to stop')
    // Its files stay readable while they are open, but the media, and what is written from now on, are elsewhere.
    if (reregister) journal.check()
    const state = this.#ended?.state
    if (state === undefined || state === 'running') return
    const { workspace, project, experimentId } = target
    const path = `${runPath(workspace, project, experimentId)}/state`
    await this.#withRetries('state', () => session.request('PUT', path, stateBody(state, this.#options.clock()), call))
  }

  #stream(spec: AnyStreamSpec, interval: number): UploadStream<unknown> {
    const { dir, retry } = this.#options
    return new UploadStream<unknown>(spec, {
      path: join(dir, JOURNAL_FILE),
      from: this.#saved[spec.name],
      retry,
      interval,
      save: (name, at) => {
        this.#saved[name] = at
        this.#save()
      },
      setAside: (name, item, error) => this.#setAside(name, item, error),
    })
  }

  /** Retries until it succeeds. @throws UploadStopped, or the CloudError of a refusal. */
  async #withRetries<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts++) {
      try {
        const result = await attempt()
        this.#options.retry.succeeded(what)
        return result
      } catch (error) {
        if (!(error instanceof CloudError) || error.remedy === 'narrow') throw error
        // Whoever waits for a run to be found wants to know that it will not be.
        if (this.#options.reregister && what === 'run' && isFinal(error)) throw error
        await this.#options.retry.pause(what, attempts, error)
      }
    }
  }

  #save(): void {
    const { checkpoint, report } = this.#options
    if (!checkpoint || !this.#target) return
    try {
      checkpoint.save({ target: this.#target, lanes: this.#saved })
    } catch (error) {
      // Sent again by the next upload: servers dedupe items.
      report('warn', `What has been uploaded cannot be noted in the run folder (${messageOf(error)}).`)
    }
  }

  /** Servers take a run whose heartbeats have stopped for gone. */
  #startHeartbeat({ experimentId }: Target): void {
    const { session, retry } = this.#options
    const beat = (): void => {
      const path = `/house/experiments/${encodeURIComponent(experimentId)}/heartbeat`
      session.request('POST', path, { flagId: '123456' }, { signal: retry.signal }).catch(() => {})
    }
    beat()
    this.#heartbeat = setInterval(beat, HEARTBEAT).unref()
  }

  #setAside(what: string, item: unknown, error: CloudError): void {
    const { dir, report } = this.#options
    if (!this.#warned)
      report(
        'warn',
        `The server refuses some ${what} (${error.message}); ${REFUSED_FILE} lists them, the rest goes on.`,
      )
    this.#warned = true
    try {
      appendWithin(dir, REFUSED_FILE, `${JSON.stringify({ what, reason: error.message, item })}\n`)
    } catch {
      // The journal has it as well, and the checkpoint says where.
    }
  }
}
