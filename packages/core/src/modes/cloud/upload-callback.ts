import type { Callback, Resident } from '../../kernel/callback.ts'
import type { Outcome, RunInfo } from '../../kernel/payloads.ts'
import type { Report } from '../../kernel/reporter.ts'
import { cliCommand } from '../../runtime/cli-command.ts'
import type { Credentials } from './credentials.ts'
import { mountRun } from './mount.ts'
import { Patience } from './patience.ts'
import { PositionFile } from './position.ts'
import { Session } from './session.ts'
import { httpTransport } from './transport.ts'
import { Uploader, type UploadReport } from './uploader.ts'

const UPLOAD_NAME = 'swanlab:upload'

/** Plain JSON: it travels to the background process. */
export interface UploadOptions {
  readonly credentials: Credentials
  readonly version: string
  /** Milliseconds that the end of the run waits for, where there is no background process to go on. */
  readonly finishTimeout: number
}

/** Uploads the run that it hears of. The journal is its source, so it misses nothing that was recorded before. */
export class UploadCallback implements Callback {
  readonly name: string = UPLOAD_NAME
  readonly timeout: number
  readonly resident: Resident
  readonly #options: UploadOptions
  #report: Report = () => {}
  #uploader: Uploader | undefined
  #patience: Patience | undefined
  #done: Promise<UploadReport> | undefined
  #lasting = false
  #dir = ''

  constructor(options: UploadOptions) {
    this.#options = options
    this.timeout = options.finishTimeout + 1_000
    this.resident = { module: import.meta.url, package: '@swanlab/core', export: 'UploadCallback', options }
  }

  /** Where this callback may stay when the run is over, it says how far it is instead of being waited for. */
  outlast(report: Report): { settled(): Promise<string | undefined>; stop(): void } {
    this.#lasting = true
    this.#report = report
    return {
      settled: async () => (this.#done ? this.#closing(await this.#done) : undefined),
      stop: () => this.#patience?.stop(),
    }
  }

  /** @internal */
  reportTo(report: Report): this {
    this.#report = report
    return this
  }

  onRun(run: RunInfo): void {
    if (!run.dir) return
    this.#dir = run.dir
    const { credentials, version } = this.#options
    const report = (level: 'info' | 'warn', message: string): void => this.#report(level, message)
    const patience = (this.#patience = new Patience({ clock: Date.now, random: Math.random, report }))
    const session = new Session({ credentials, transport: httpTransport(), clock: Date.now, version })
    this.#uploader = new Uploader({
      dir: run.dir,
      session,
      patience,
      position: new PositionFile(run.dir, { server: credentials.api, id: run.id }),
      mount: async () => {
        const look = { experimentName: run.experimentName, colors: run.colors }
        const call = { signal: patience.signal, resume: 'allow', clock: Date.now } as const
        const mounted = await mountRun(session, { ...run, look: () => look }, call)
        report('info', `The run is on the server now: ${mounted.target.url ?? credentials.api}`)
        return mounted
      },
      clock: Date.now,
      report,
    })
    this.#done = this.#uploader.run()
  }

  async onStop({ state, endTime }: Outcome): Promise<void> {
    this.#patience?.runEnded(Math.max(endTime, Date.now()))
    this.#uploader?.end(state)
    if (this.#lasting || !this.#done) return
    const late = setTimeout(() => this.#patience?.stop(), this.#options.finishTimeout)
    const words = this.#closing(await this.#done)
    clearTimeout(late)
    if (words) this.#report('warn', words)
  }

  /** Absent: all is well. */
  #closing({ complete, reason }: UploadReport): string | undefined {
    if (complete) return undefined
    return `The upload is not complete (${reason ?? 'unknown'}). Everything is in the run folder; this uploads the rest: ${cliCommand('sync', this.#dir)}`
  }
}
