import { cliCommand, type Outcome, type Report, type RunInfo, VERSION } from '@swanlab/core/internal'
import type { Credentials } from './credentials.ts'
import { mountRun, type Mounted } from './mount.ts'
import { Patience } from './patience.ts'
import { PositionFile } from './position.ts'
import { Session } from './session.ts'
import { httpTransport } from './transport.ts'
import { Uploader } from './uploader.ts'

export interface RunUploadOptions {
  readonly credentials: Credentials
  readonly report: Report
  /** Aborts when nothing more is to be sent. */
  readonly signal: AbortSignal
}

/** The upload of a run while it is recorded. The journal is its source, so it misses nothing that was recorded before. */
export class RunUpload {
  readonly #dir: string
  readonly #report: Report
  readonly #patience: Patience
  readonly #uploader: Uploader

  constructor(run: RunInfo & { readonly dir: string }, { credentials, report, signal }: RunUploadOptions) {
    const { dir, id } = run
    const patience = new Patience({ clock: Date.now, report })
    const session = new Session({ credentials, transport: httpTransport(), clock: Date.now, version: VERSION })
    this.#dir = dir
    this.#report = report
    this.#patience = patience
    this.#uploader = new Uploader({
      dir,
      session,
      patience,
      position: new PositionFile(dir, { server: credentials.api, id }),
      mount: async (): Promise<Mounted> => {
        const look = { experimentName: run.experimentName, colors: run.colors }
        const call = { signal: patience.signal, resume: 'allow', clock: Date.now } as const
        const mounted = await mountRun(session, { ...run, look: () => look }, call)
        report('info', `The run is on the server now: ${mounted.target.url ?? credentials.api}`)
        return mounted
      },
      clock: Date.now,
      report,
    })
    if (signal.aborted) patience.stop()
    else signal.addEventListener('abort', () => patience.stop(), { once: true })
  }

  /** Resolves when everything has arrived, or nothing more can be done; says what is left. */
  async run(): Promise<void> {
    const { complete, reason = 'unknown' } = await this.#uploader.run()
    if (complete) return
    this.#report(
      'warn',
      `The upload is not complete (${reason}). Everything is in the run folder; this uploads the rest: ${cliCommand('sync', this.#dir)}`,
    )
  }

  end({ state, endTime }: Pick<Outcome, 'state' | 'endTime'>): void {
    this.#patience.runEnded(Math.max(endTime, Date.now()))
    this.#uploader.end(state)
  }
}
