import { cliCommand, type Outcome, type Report, type RunInfo, VERSION } from '@swanlab/core/internal'
import type { Credentials } from './credentials.ts'
import { registerRun, type RegisteredRun } from './register-run.ts'
import { RetryPolicy } from './retry-policy.ts'
import { CheckpointFile } from './checkpoint.ts'
import { Session } from './session.ts'
import { httpTransport } from './transport.ts'
import { Uploader } from './uploader.ts'

export interface RunUploadOptions {
  readonly credentials: Credentials
  readonly report: Report
  /** Aborted when nothing more is to be sent. */
  readonly signal: AbortSignal
}

/** The upload of a run while it is recorded. The journal is its source, so it misses nothing that was recorded before. */
export class RunUpload {
  readonly #dir: string
  readonly #report: Report
  readonly #retry: RetryPolicy
  readonly #uploader: Uploader

  constructor(run: RunInfo & { readonly dir: string }, { credentials, report, signal }: RunUploadOptions) {
    const { dir, id } = run
    const retry = new RetryPolicy({ clock: Date.now, report })
    const session = new Session({ credentials, transport: httpTransport(), clock: Date.now, version: VERSION })
    this.#dir = dir
    this.#report = report
    this.#retry = retry
    this.#uploader = new Uploader({
      dir,
      session,
      retry,
      checkpoint: new CheckpointFile(dir, { server: credentials.api, id }),
      register: async (): Promise<RegisteredRun> => {
        const look = { experimentName: run.experimentName, colors: run.colors }
        const call = { signal: retry.signal, resume: 'allow', clock: Date.now } as const
        const registered = await registerRun(session, { ...run, look: () => look }, call)
        report('info', `The run is on the server now: ${registered.target.url ?? credentials.api}`)
        return registered
      },
      clock: Date.now,
      report,
    })
    if (signal.aborted) retry.stop()
    else signal.addEventListener('abort', () => retry.stop(), { once: true })
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
    this.#retry.runEnded(Math.max(endTime, Date.now()))
    this.#uploader.end(state)
  }
}
