import {
  type Callback,
  type CallbackContext,
  type InitInfo,
  type InitPatch,
  type Outcome,
  quietly,
  type Report,
  type Resident,
  type RunInfo,
  SwanLabError,
} from '@swanlab/core/internal'
import { checkCloud, type CloudOptions } from './cloud-options.ts'
import { credentialsOf, findKey, describeKey, type Credentials } from './credentials.ts'
import { completed } from './login-command.ts'
import { missingKey } from './missing-key.ts'
import type { Registration } from './registration.ts'
import type { RunUpload } from './run-upload.ts'

/** How long `init` waits for the server, in milliseconds; with all the rest it takes no more than ten seconds. */
const INIT_TIME = 9_500

/**
 * Uploads what `journal()` records to SwanLab's cloud or to another server, and gives the run its address. With
 * `background()`, it uploads from the background process.
 *
 * The key is looked for in this order: `apiKey`, what `login()` was given, `SWANLAB_API_KEY`, `./.swanlab/.netrc`,
 * `~/.swanlab/.netrc`.
 *
 * @throws SwanLabError `LOGIN_FAILED` when there is no key, `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { init } from '@swanlab/core'
 * import { cloud } from '@swanlab/cloud'
 * import { journal } from '@swanlab/journal'
 *
 * await init({ project: 'cats', callbacks: [journal({ logdir: 'swanlog' }), cloud()] })
 * ```
 */
export function cloud(options: CloudOptions = {}): Callback {
  checkCloud(options)
  return new CloudCallback(options)
}

class CloudCallback implements Callback {
  readonly name = 'cloud'
  readonly timeout: number = INIT_TIME + 5_000
  readonly resident: Resident
  readonly #credentials: Credentials
  readonly #offlineFallback: boolean
  readonly #report: Report | undefined
  /** Which key is used; absent where the program knows, because it said so. */
  readonly #keyDescription: string | undefined
  #registration: Registration | undefined
  #upload: RunUpload | undefined

  constructor({ offlineFallback = false, report, ...login }: CloudOptions) {
    const given = completed(login)
    const found = findKey(given)
    if (!found) throw missingKey('cloud()', given)
    this.#credentials = credentialsOf(found)
    this.#keyDescription = login.apiKey === undefined ? describeKey(found) : undefined
    this.#offlineFallback = offlineFallback
    this.#report = report && quietly(report)
    const { apiKey, api: host, web: webHost } = this.#credentials
    this.resident = {
      module: import.meta.url,
      package: '@swanlab/cloud',
      export: 'cloud',
      options: { apiKey, host, webHost },
    }
  }

  async onInit(info: InitInfo, context: CallbackContext): Promise<InitPatch | void> {
    // Elsewhere the run is known already.
    if (context.place !== 'live') return undefined
    if (info.logdir === undefined)
      throw new SwanLabError(
        'INVALID_CALLBACK',
        'cloud() uploads what journal() records: pass journal({ logdir }), too.',
      )
    const report = this.#report ?? context.report
    if (this.#keyDescription) report('info', this.#keyDescription)
    const { register } = await import('./registration.ts')
    this.#registration = await register(info, {
      credentials: this.#credentials,
      offlineFallback: this.#offlineFallback,
      time: INIT_TIME,
      report,
    })
    return this.#registration.patch
  }

  onOpen({ id, dir }: RunInfo, context: CallbackContext): void {
    const registration = this.#registration
    if (dir === undefined || !registration) return
    registration.saveCheckpoint(dir, id)
    // Behind what journal() says of the run, in this very turn.
    queueMicrotask(() => (this.#report ?? context.report)('info', registration.hint(dir)))
  }

  async onRun(run: RunInfo, context: CallbackContext): Promise<void> {
    const { dir } = run
    if (dir === undefined) return
    const report = this.#report ?? context.report
    if (context.place === 'replay') return report('warn', 'A stored run is uploaded by sync(), not by replay().')
    const { RunUpload } = await import('./run-upload.ts')
    this.#upload = new RunUpload({ ...run, dir }, { credentials: this.#credentials, signal: context.signal, report })
    context.waitUntil(this.#upload.run())
  }

  onStop(outcome: Outcome): void {
    this.#upload?.end(outcome)
  }
}
