import type { FinishOptions, InitInfo, Outcome, RunHooks } from '@swanlab/core'
import {
  BaseRun,
  createHooks,
  endingOf,
  Guard,
  outcomeOf,
  runInfoOf,
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
export class DisabledRun extends BaseRun {
  readonly signal: AbortSignal = new AbortController().signal
  readonly #clock: () => number
  readonly #slot: BeginOptions['slot']
  #hooks: RunHooks | undefined

  constructor(info: InitInfo, config: ConfigStore, { callbacks, settings, slot }: BeginOptions) {
    const placements = callbacks.map(({ name }) => Object.freeze({ name, place: 'live' as const }))
    const named = { ...info, mode: 'disabled', experimentName: info.experimentName ?? 'run-disabled' }
    super(runInfoOf(named, config.snapshot(), Object.freeze(placements)), config)
    this.#clock = settings.clock
    this.#slot = slot
    slot.started(this)
  }

  /** They can be tapped, and are never called. */
  get hooks(): RunHooks {
    const silent = (): void => {}
    this.#hooks ??= createHooks(new Guard({ report: silent, timeout: 1 }), silent)
    return this.#hooks
  }

  log(): void {}

  alert(): void {}

  async finish(options: FinishOptions = {}): Promise<Outcome> {
    const ending = endingOf(options)
    this._outcome ??= outcomeOf(ending, this._info(), NOTHING, this.#clock())
    this.#slot.ended(this)
    return this._outcome
  }
}
