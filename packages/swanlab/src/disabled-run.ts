import type {
  Config,
  FinishOptions,
  InitInfo,
  Outcome,
  Placement,
  PublicInfo,
  Run,
  RunHooks,
  RunInfo,
  RunState,
} from '@swanlab/core'
import {
  createConfig,
  createHooks,
  endingOf,
  Guard,
  outcomeOf,
  publicInfo,
  runEnded,
  runStarted,
  writtenConfig,
  type BeginOptions,
  type ConfigStore,
} from '@swanlab/core/internal'

const NOTHING = Object.freeze({
  steps: 0,
  summary: Object.freeze({}),
  losses: Object.freeze({}),
  callbacks: Object.freeze([]),
})

/** A run that keeps nothing and tells nobody: the training goes on as if there were no tracker. */
export class DisabledRun implements Run {
  readonly id: string
  readonly project: string
  readonly workspace: string | undefined
  readonly experimentName: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly mode = 'disabled'
  readonly dir: undefined
  readonly url: undefined
  readonly projectUrl: undefined
  readonly config: Config
  readonly callbacks: readonly Placement[]
  readonly signal: AbortSignal = new AbortController().signal
  readonly #info: Omit<RunInfo, 'config'>
  readonly #store: ConfigStore
  readonly #clock: () => number
  #hooks: RunHooks | undefined
  #outcome: Outcome | undefined

  constructor(info: InitInfo, { callbacks, config, settings, redactor }: BeginOptions) {
    const { resume: _resume, earlier: _earlier, experimentName = 'run-disabled', ...rest } = info
    this.id = info.id
    this.project = info.project
    this.workspace = info.workspace
    this.experimentName = experimentName
    this.description = info.description
    this.tags = info.tags
    this.callbacks = Object.freeze(callbacks.map(({ name }) => Object.freeze({ name, place: 'live' as const })))
    this.#store = createConfig(writtenConfig(), redactor)
    this.#store.view.update(config)
    this.config = this.#store.view
    this.#clock = settings.clock
    this.#info = {
      ...rest,
      experimentName,
      mode: this.mode,
      colors: ['#528d59', '#528d59'],
      callbacks: this.callbacks,
    }
    runStarted(this)
  }

  /** They can be tapped, and are never called. */
  get hooks(): RunHooks {
    const silent = (): void => {}
    this.#hooks ??= createHooks(new Guard({ report: silent, timeout: 1 }), silent)
    return this.#hooks
  }

  get state(): RunState {
    return this.#outcome?.state ?? 'running'
  }

  get public(): PublicInfo {
    return publicInfo(this.#current())
  }

  log(): void {}

  alert(): void {}

  async finish(options: FinishOptions = {}): Promise<Outcome> {
    const ending = endingOf(options)
    this.#outcome ??= outcomeOf(ending, this.#current(), NOTHING, this.#clock())
    runEnded(this)
    return this.#outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }

  #current(): RunInfo {
    return Object.freeze({ ...this.#info, config: this.#store.snapshot() })
  }
}
