import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type RunState } from '@swanlab/core/internal'
import { appendWithin, JOURNAL_FILE } from '@swanlab/journal/internal'
import { runPath } from './api.ts'
import { cargoesFor, type AnyCargo } from './cargoes.ts'
import type { UploadRange } from './destination.ts'
import { CloudError } from './cloud-error.ts'
import { lackingWords, type Absent } from './lacking-words.ts'
import { Lane } from './lane.ts'
import type { Mounted } from './mount.ts'
import { LeftOver, wordsOf, type Patience } from './patience.ts'
import { rewound, type LanePosition, type PositionFile, type Target } from './position.ts'
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
  readonly patience: Patience
  /** Where it is remembered what has arrived. Absent: everything is sent, and nothing remembered. */
  readonly position?: PositionFile | undefined
  /** Creates the run on the server, or finds it there. */
  readonly mount: () => Promise<Pick<Mounted, 'target' | 'existed'>>
  /**
   * True: asks the server for the run although it is known from before, forgets what was sent to one it has lost, and
   * sends again what it refused.
   */
  readonly remount?: boolean | undefined
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
  readonly #saved: Record<string, LanePosition> = {}
  #target: Target | undefined
  #lanes: readonly Lane<unknown>[] = []
  #heartbeat: NodeJS.Timeout | undefined
  #ended: { state: RunState } | undefined
  #warned = false

  constructor(options: UploaderOptions) {
    this.#options = options
  }

  /** Bytes of the journal of which everything has arrived. */
  get offset(): number {
    return this.#lanes.length === 0 ? 0 : Math.min(...this.#lanes.map(({ offset }) => offset))
  }

  /**
   * Nothing more will be written.
   *
   * @param state - How the run ended; `running` when it has not, and is only not followed any further.
   */
  end(state: RunState): void {
    this.#ended = { state }
    clearInterval(this.#heartbeat)
    for (const lane of this.#lanes) lane.end()
  }

  /** Resolves when everything has arrived, or nothing more can be done. Never rejects for want of a network. */
  async run(): Promise<UploadReport> {
    const { patience } = this.#options
    try {
      this.#target = await this.#findTarget()
      this.#save()
      await this.#upload(this.#target)
    } catch (error) {
      if (!(error instanceof LeftOver)) patience.stop()
      const cause = error instanceof LeftOver ? (error.cause ?? error) : error
      return { ...this.#standing(), complete: false, reason: wordsOf(error), error: cause }
    } finally {
      clearInterval(this.#heartbeat)
    }
    const standing = this.#standing()
    const reason = lackingWords(standing.absent)
    return { ...standing, complete: this.#ended !== undefined && reason === '', ...(reason && { reason }) }
  }

  #standing(): Pick<UploadReport, 'absent' | 'arrived' | 'url'> {
    const refused: Record<string, number> = {}
    let missing = 0
    for (const { name, lacking } of this.#lanes) {
      if (lacking && lacking.refused > 0) refused[name] = lacking.refused
      missing += lacking?.missing ?? 0
    }
    const arrived = this.#lanes.reduce((sum, lane) => sum + lane.arrived, 0)
    return { absent: { refused, missing }, arrived, url: this.#target?.url }
  }

  async #findTarget(): Promise<Target> {
    const { position, mount, remount } = this.#options
    const known = position?.load()
    if (known && !remount) {
      Object.assign(this.#saved, known.lanes)
      return known.target
    }
    const { target, existed } = await this.#patiently('run', mount)
    // What the server has of this run from elsewhere has the same numbers as what is sent now.
    if (!remount) return target
    const goesOn = known && existed && known.target.experimentId === target.experimentId
    if (goesOn) Object.assign(this.#saved, rewound(known.lanes))
    // What is refused again is in it again.
    if (position) rmSync(join(this.#options.dir, REFUSED_FILE), { force: true })
    return { ...target, lines: goesOn ? known.target.lines : 0 }
  }

  async #upload(target: Target): Promise<void> {
    const { session, patience, dir, range, report, remount, interval = 1_500 } = this.#options
    const journal = new SameJournal(join(dir, JOURNAL_FILE))
    const call = { signal: patience.signal }
    const missing = (why: string): void => report('warn', `A file of the run is left out: ${why}`)
    const cargoes = cargoesFor({ session, target, dir, call, range, missing })
    this.#lanes = cargoes.map((cargo) => this.#lane(cargo, interval))
    if (this.#ended) this.end(this.#ended.state)
    else this.#startHeartbeat(target)
    const results = await Promise.allSettled(this.#lanes.map((lane) => lane.run()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    if (patience.signal.aborted) throw new LeftOver('told to stop')
    // Its files stay readable while they are open, but the media, and what is written from now on, are elsewhere.
    if (remount) journal.check()
    const state = this.#ended?.state
    if (state === undefined || state === 'running') return
    const { workspace, project, experimentId } = target
    const path = `${runPath(workspace, project, experimentId)}/state`
    await this.#patiently('state', () => session.request('PUT', path, stateBody(state, this.#options.clock()), call))
  }

  #lane(cargo: AnyCargo, interval: number): Lane<unknown> {
    const { dir, patience } = this.#options
    return new Lane<unknown>(cargo, {
      path: join(dir, JOURNAL_FILE),
      from: this.#saved[cargo.name],
      patience,
      interval,
      save: (name, at) => {
        this.#saved[name] = at
        this.#save()
      },
      setAside: (name, item, error) => this.#setAside(name, item, error),
    })
  }

  /** Tries until it works. @throws LeftOver, or the CloudError of a refusal. */
  async #patiently<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts++) {
      try {
        const result = await attempt()
        this.#options.patience.worked(what)
        return result
      } catch (error) {
        if (!(error instanceof CloudError) || error.remedy === 'narrow') throw error
        // Whoever waits for a run to be found wants to know that it will not be.
        if (this.#options.remount && what === 'run' && isFinal(error)) throw error
        await this.#options.patience.pause(what, attempts, error)
      }
    }
  }

  #save(): void {
    const { position, report } = this.#options
    if (!position || !this.#target) return
    try {
      position.save({ target: this.#target, lanes: this.#saved })
    } catch (error) {
      // Sent again by whoever goes on: servers take the same item twice for one.
      report('warn', `What has been uploaded cannot be noted in the run folder (${wordsOf(error)}).`)
    }
  }

  /** Servers take a run that has beaten once, and stopped, for gone. */
  #startHeartbeat({ experimentId }: Target): void {
    const { session, patience } = this.#options
    const beat = (): void => {
      const path = `/house/experiments/${encodeURIComponent(experimentId)}/heartbeat`
      session.request('POST', path, { flagId: '123456' }, { signal: patience.signal }).catch(() => {})
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
      // The journal has it as well, and the position says where.
    }
  }
}
