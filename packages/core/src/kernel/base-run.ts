import type { AlertOptions } from '../contract/alert.ts'
import type { Config, ConfigStore } from '../contract/config.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { RunHooks } from '../contract/hooks.ts'
import type {
  ColorPair,
  ConfigSnapshot,
  InitInfo,
  Outcome,
  Placement,
  RunInfo,
  RunState,
} from '../contract/payloads.ts'
import { publicInfo, type PublicInfo } from '../contract/public-info.ts'
import type { LogOptions, Run } from '../contract/run.ts'
import { deepFreeze } from '../data/frozen.ts'

const DEFAULT_COLORS: ColorPair = ['#528d59', '#528d59']

/** What is known of a run once every callback has answered `onInit`. */
export function runInfoOf(
  { resume: _resume, earlier: _earlier, nameIsDefault: _default, ...info }: InitInfo,
  config: ConfigSnapshot,
  callbacks: readonly Placement[],
): RunInfo {
  const { experimentName = info.id, colors = DEFAULT_COLORS } = info
  return deepFreeze({ ...info, experimentName, colors, config, callbacks })
}

/** What every run shows of itself, whether it records or not. */
export abstract class BaseRun<C extends object = Record<string, unknown>> implements Run<C> {
  readonly id: string
  readonly project: string
  readonly workspace: string | undefined
  readonly experimentName: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly mode: string | undefined
  readonly dir: string | undefined
  readonly url: string | undefined
  readonly projectUrl: string | undefined
  readonly config: Config<C>
  #info: RunInfo
  readonly #config: ConfigStore
  protected _outcome: Outcome | undefined

  constructor(info: RunInfo, config: ConfigStore) {
    this.id = info.id
    this.project = info.project
    this.workspace = info.workspace
    this.experimentName = info.experimentName
    this.description = info.description
    this.tags = info.tags
    this.mode = info.mode
    this.dir = info.dir
    this.url = info.url
    this.projectUrl = info.projectUrl
    this.config = config.view as Config<C>
    this.#info = info
    this.#config = config
  }

  abstract readonly hooks: RunHooks
  abstract readonly signal: AbortSignal
  abstract log(data: object, stepOrOptions?: number | LogOptions): void
  abstract alert(options: AlertOptions): void
  abstract finish(options?: FinishOptions): Promise<Outcome>

  get state(): RunState {
    return this._outcome?.state ?? 'running'
  }

  get callbacks(): readonly Placement[] {
    return this.#info.callbacks
  }

  get public(): PublicInfo {
    return publicInfo(this.#info)
  }

  /** Ends the run at the end of an `await using` block, as `finish()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }

  /** From now on a callback lives elsewhere than was said before. */
  protected _place(placement: Placement): void {
    const callbacks = this.callbacks.map((one) => (one.name === placement.name ? placement : one))
    this.#info = deepFreeze({ ...this.#info, callbacks })
  }

  /** The run as it is now. */
  protected _info(): RunInfo {
    return Object.freeze({ ...this.#info, config: this.#config.snapshot() })
  }
}
