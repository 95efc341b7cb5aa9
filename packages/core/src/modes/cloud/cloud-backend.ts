import { setTimeout } from 'node:timers/promises'
import type { Restoration } from '../../kernel/backend.ts'
import { SwanLabError } from '../../kernel/error.ts'
import type { InitInfo, InitPatch, RunInfo } from '../../kernel/payloads.ts'
import { cliCommand } from '../../runtime/cli-command.ts'
import { defaultColors, defaultName } from '../naming.ts'
import { RecordingBackend, type RecordingOptions } from '../recording.ts'
import { CloudError } from './cloud-error.ts'
import type { Credentials } from './credentials.ts'
import { mountRun, type Mounted } from './mount.ts'
import { PositionFile } from './position.ts'
import { isFinal, runRefusal } from './run-refusal.ts'
import { Session } from './session.ts'
import { httpTransport, type Transport } from './transport.ts'

/** How long `init` waits for the server, in milliseconds; with all the rest it takes no more than ten seconds. */
const INIT_TIME = 9_500
/** Before the second attempt, in milliseconds; it doubles from there. */
const FIRST_PAUSE = 500

export interface CloudOptions extends Omit<RecordingOptions, 'mode' | 'hint'> {
  readonly credentials: Credentials
  /** True: a server that cannot be reached does not stop the run. */
  readonly offlineFallback: boolean
  readonly version: string
  readonly transport?: Transport | undefined
}

/** Records as every mode does, after asking the server for a place for the run. */
export class CloudBackend extends RecordingBackend {
  readonly timeout: number = INIT_TIME + 5_000
  readonly #options: CloudOptions
  readonly #session: Session
  #mounted: Mounted | undefined

  constructor(options: CloudOptions) {
    super({ ...options, mode: 'cloud', hint: (dir) => this.#hint(dir) })
    this.#options = options
    const { credentials, transport = httpTransport(), clock, version } = options
    this.#session = new Session({ credentials, transport, clock, version })
  }

  override async onInit(info: InitInfo): Promise<InitPatch> {
    // A run can be continued on a machine that has never seen it.
    const local = await super.onInit({ ...info, resume: info.resume && 'allow' })
    const mounted = await this.#mount(info, local).catch((error: unknown) => {
      this.close()
      throw error
    })
    if (!mounted) return local
    this.#mounted = mounted
    const { target, projectUrl, experimentName, colors, existed } = mounted
    return {
      ...local,
      workspace: target.workspace,
      url: target.url,
      projectUrl,
      experimentName,
      colors: local.resumed ? local.colors : [colors[0]!, colors[1] ?? colors[0]!],
      resumed: local.resumed === true || existed,
    }
  }

  override open(run: RunInfo): { dir: string } | void {
    const continued = run.resumed && run.dir !== undefined
    const opened = super.open(run)
    const dir = opened?.dir ?? run.dir
    if (dir && this.#mounted) this.#note(dir, run.id, continued, this.#mounted)
    return opened
  }

  override restore(info: InitInfo, into: Restoration): void {
    super.restore(info, into)
    const { lastStep, config } = this.#mounted ?? {}
    if (config && !info.dir) into.config(config)
    if (lastStep !== undefined) into.after(lastStep)
  }

  async #mount(info: InitInfo, local: InitPatch): Promise<Mounted | undefined> {
    const { clock, offlineFallback, report } = this.#options
    const look = (index: number): { experimentName: string; colors: readonly string[] } => ({
      experimentName: info.experimentName ?? (local.resumed ? local.experimentName : undefined) ?? defaultName(index),
      colors: local.colors ?? defaultColors(index),
    })
    const run = { ...info, description: local.description ?? info.description, look }
    const call = { resume: info.resume, clock, timeout: INIT_TIME, signal: AbortSignal.timeout(INIT_TIME) }
    try {
      return await withinReason(() => mountRun(this.#session, run, call))
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      if (!isFinal(error) && offlineFallback) {
        report('warn', `${error.message}. The run is recorded here and uploaded as soon as the server answers.`)
        return undefined
      }
      throw this.#refusal(info, error)
    }
  }

  #refusal({ id, project, resume }: InitInfo, error: CloudError): SwanLabError {
    const { api } = this.#options.credentials
    const { status, own } = error
    const cause = { cause: error }
    const onRun = resume && runRefusal(error, id)
    if (onRun) return new SwanLabError('RESUME_FAILED', onRun, cause)
    if (resume === 'must' && own && status === 404 && error.message.includes('/runs/'))
      return new SwanLabError(
        'RESUME_FAILED',
        `"resume" is "must", but project "${project}" at ${api} has no run ${id}. Use "allow" to start it when it does not exist.`,
        cause,
      )
    if (status === 401 || (own && status === 403 && error.message.startsWith('login')))
      return new SwanLabError(
        'LOGIN_FAILED',
        `${api} does not accept the API key (${error.message}). Set another one with SWANLAB_API_KEY, or run: ${cliCommand('login')}`,
        cause,
      )
    if (isFinal(error)) return new SwanLabError('CLOUD_REFUSED', `${api} refuses the run: ${error.message}.`, cause)
    return new SwanLabError(
      'CLOUD_UNREACHABLE',
      `${api} cannot be reached (${error.message}). init({ mode: "offline" }) records here, to be uploaded later; ` +
        'settings.offlineFallback: true does so by itself whenever there is no network.',
      cause,
    )
  }

  /** Where the uploader takes over. */
  #note(dir: string, id: string, continued: boolean, { target, existed }: Mounted): void {
    const { report, credentials } = this.#options
    const file = new PositionFile(dir, { server: credentials.api, id })
    const earlier = continued ? file.load() : undefined
    // A run that the server has lost, or never had, is uploaded from its beginning.
    const goesOn = earlier && existed && earlier.target.experimentId === target.experimentId
    try {
      file.save({
        target: { ...target, lines: goesOn ? earlier.target.lines : continued ? 0 : target.lines },
        lanes: goesOn ? earlier.lanes : {},
      })
    } catch (error) {
      report('warn', `The run folder cannot be written (${String((error as { code?: unknown }).code)}).`)
    }
  }

  #hint(dir: string): string {
    if (!this.#mounted) return `Nothing is uploaded yet; ${dir} holds everything`
    const { url } = this.#mounted.target
    return url ? `View it at ${url}` : `It is uploaded to ${this.#options.credentials.api}`
  }
}

/** A server that is being restarted, or has a bad moment, does not keep a training from starting. */
async function withinReason<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + INIT_TIME
  for (let pause = FIRST_PAUSE; ; pause *= 2) {
    try {
      return await attempt()
    } catch (error) {
      const wait = error instanceof CloudError && isPassing(error) ? Math.max(pause, error.retryAfter ?? 0) : Infinity
      if (performance.now() + wait >= deadline) throw error
      await setTimeout(wait)
    }
  }
}

/** Not so where nobody listens, or a name is not known: that is said at once. */
function isPassing({ status, cause }: CloudError): boolean {
  if (status !== undefined) return [408, 425, 429].includes(status) || (status >= 500 && status !== 501)
  const { code } = (cause ?? {}) as { code?: unknown }
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN'].includes(String(code))
}
