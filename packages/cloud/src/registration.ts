import { setTimeout } from 'node:timers/promises'
import {
  backoff,
  cliCommand,
  type EarlierRecord,
  type InitInfo,
  type InitPatch,
  type Report,
  SwanLabError,
  VERSION,
} from '@swanlab/core/internal'
import { defaultColors, defaultName, shownPath } from '@swanlab/journal/internal'
import { CloudError } from './cloud-error.ts'
import type { Credentials } from './credentials.ts'
import { registerRun, type RegisteredRun } from './register-run.ts'
import { CheckpointFile } from './checkpoint.ts'
import { isFinal, runRefusal } from './run-refusal.ts'
import { Session } from './session.ts'
import { httpTransport } from './transport.ts'

/** Longest pause before the second attempt, in milliseconds; it doubles from there. */
const FIRST_PAUSE = 500

export interface RegisterOptions {
  readonly credentials: Credentials
  /** True: a server that cannot be reached does not stop the run. */
  readonly offlineFallback: boolean
  /** How long the server is waited for, in milliseconds. */
  readonly time: number
  readonly report: Report
}

/**
 * Registers a run that is about to start on the server.
 *
 * @throws SwanLabError `RESUME_FAILED`, `LOGIN_FAILED`, `CLOUD_REFUSED`, or `CLOUD_UNREACHABLE` without `offlineFallback`.
 */
export async function register(info: InitInfo, options: RegisterOptions): Promise<Registration> {
  const { credentials, offlineFallback, time, report } = options
  const session = new Session({ credentials, transport: httpTransport(), clock: Date.now, version: VERSION })
  // The number of runs on the server is known better than that in the folder.
  const chosen = info.nameIsDefault ? undefined : info.experimentName
  const look = (index: number): { experimentName: string; colors: readonly string[] } => ({
    experimentName: chosen ?? defaultName(index),
    colors: info.colors ?? defaultColors(index),
  })
  const call = {
    resume: info.resume,
    clock: () => info.startTime,
    timeout: time,
    signal: AbortSignal.timeout(time),
  }
  try {
    const registered = await withinTime(time, () => registerRun(session, { ...info, look }, call))
    return new Registration(info, options, registered)
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    if (isFinal(error) || !offlineFallback) throw refusal(info, credentials.api, error)
    report('warn', `${error.message}. The run is recorded here and uploaded as soon as the server answers.`)
    return new Registration(info, options, undefined)
  }
}

/** The outcome of a run's registration. */
export class Registration {
  readonly #info: InitInfo
  readonly #options: RegisterOptions
  /** Absent: the server does not know of the run yet. */
  readonly #registered: RegisteredRun | undefined

  constructor(info: InitInfo, options: RegisterOptions, registered: RegisteredRun | undefined) {
    this.#info = info
    this.#options = options
    this.#registered = registered
  }

  /** What the server knows of the run. */
  get patch(): InitPatch {
    if (!this.#registered) return { mode: 'cloud' }
    const { target, projectUrl, experimentName, colors, existed, lastStep, config } = this.#registered
    const { dir, resumed } = this.#info
    const earlier: EarlierRecord[] = []
    // What this machine has of the run is newer.
    if (config && dir === undefined) earlier.push({ type: 'config', config })
    if (lastStep !== undefined) earlier.push({ type: 'step', step: lastStep })
    return {
      mode: 'cloud',
      workspace: target.workspace,
      url: target.url,
      projectUrl,
      experimentName,
      colors: [colors[0]!, colors[1] ?? colors[0]!],
      resumed: resumed || existed,
      ...(earlier.length > 0 && { earlier }),
    }
  }

  /** What people may do next. @param dir - The run folder. */
  hint(dir: string): string {
    if (!this.#registered) return `Nothing is uploaded yet; ${shownPath(dir)} holds everything`
    const { url } = this.#registered.target
    return url ? `View it at ${url}` : `It is uploaded to ${this.#options.credentials.api}`
  }

  /** Writes the checkpoint at which the uploader begins. */
  saveCheckpoint(dir: string, id: string): void {
    if (!this.#registered) return
    const { target, existed } = this.#registered
    const { report, credentials } = this.#options
    const isContinued = this.#info.dir !== undefined
    const file = new CheckpointFile(dir, { server: credentials.api, id })
    const earlier = isContinued ? file.load() : undefined
    // A run that the server has lost, or never had, is uploaded from its beginning.
    const goesOn = earlier && existed && earlier.target.experimentId === target.experimentId
    try {
      file.save({
        target: { ...target, lines: goesOn ? earlier.target.lines : isContinued ? 0 : target.lines },
        lanes: goesOn ? earlier.lanes : {},
      })
    } catch (error) {
      report('warn', `The run folder cannot be written (${String((error as { code?: unknown }).code)}).`)
    }
  }
}

/** Retries passing failures, such as a restart of the server, so that they do not keep a training from starting. */
async function withinTime<T>(time: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + time
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof CloudError) || !isPassing(error)) throw error
      const pause = Math.max(backoff(attempts, { first: FIRST_PAUSE, longest: time }), error.retryAfter ?? 0)
      if (performance.now() + pause >= deadline) throw error
      await setTimeout(pause)
    }
  }
}

/** Refused connections and unknown names are not retried: the user is told at once. */
function isPassing({ status, cause }: CloudError): boolean {
  if (status !== undefined) return [408, 425, 429].includes(status) || (status >= 500 && status !== 501)
  const { code } = (cause ?? {}) as { code?: unknown }
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN'].includes(String(code))
}

function refusal({ id, project, resume }: InitInfo, api: string, error: CloudError): SwanLabError {
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
