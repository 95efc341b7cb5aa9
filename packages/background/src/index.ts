import type { Callback, InitInfo, Placement, Report, RunHooks } from '@swanlab/core'
import type { HostActions } from '@swanlab/core/internal'
import { refuseInBackground } from './background-flag.ts'
import { workingDirectory } from './environment.ts'
import type { ResidentCallback } from './ipc-messages.ts'
import type { Supervisor } from './supervisor.ts'

/** How {@link background} treats the callbacks of a run. */
export interface BackgroundOptions {
  /** False: every callback stays in the training. Default: true. */
  readonly enabled?: boolean | undefined
  /** Deadline of each asynchronous moment of a callback, in milliseconds. Default: 10,000. */
  readonly callbackTimeout?: number | undefined
  /** How long the end of the run waits for the background process, in milliseconds. Default: 30,000. */
  readonly finishTimeout?: number | undefined
  /** Where its messages to the user go. Default: standard error. */
  readonly report?: Report | undefined
}

const NAME = 'background'
/** Before others begin to work, and before the heap grows. */
const EARLY = -100
/** While others have been working beside the background process. */
const LATE = 100

/**
 * Drives the callbacks that can be rebuilt elsewhere, those with a `resident`, in a process of its own, from the journal
 * of the run: needs `journal()` beside it. They see what happens also when the training never yields, and how it ended
 * also when it was killed.
 *
 * @example
 * ```ts
 * import { init } from '@swanlab/core'
 * import { background } from '@swanlab/background'
 * import { cloud } from '@swanlab/cloud'
 * import { journal } from '@swanlab/journal'
 *
 * await init({ project: 'cats', callbacks: [journal({ logdir: 'swanlog' }), background(), cloud()] })
 * ```
 */
export function background(options: BackgroundOptions = {}): Callback {
  return new BackgroundCallback(options)
}

class BackgroundCallback implements Callback {
  readonly name = NAME
  readonly timeout: number
  readonly #options: { readonly [K in Exclude<keyof BackgroundOptions, 'report'>]-?: NonNullable<BackgroundOptions[K]> }
  #report: Report | undefined
  #residents: readonly ResidentCallback[] = []
  #loaders: readonly string[] = []
  #cwd = ''
  #begin: () => number = () => 0
  #act: HostActions | undefined
  #supervisor: Supervisor | undefined

  constructor(options: BackgroundOptions) {
    const { enabled = true, callbackTimeout = 10_000, finishTimeout = 30_000, report } = options
    this.#options = { enabled, callbackTimeout, finishTimeout }
    this.#report = report
    this.timeout = finishTimeout + 1_000
  }

  /** @throws SwanLabError `INVALID_CALLBACK` in the background process: a run there would start the next one. */
  async adopt(callbacks: readonly Callback[], act: HostActions): Promise<readonly Placement[]> {
    refuseInBackground()
    const { placeCallbacks, placementWarning } = await import('./placement.ts')
    const { placements, residents, loaders, begin } = await placeCallbacks(callbacks, this.#options.enabled)
    this.#act = act
    this.#cwd = workingDirectory()
    this.#residents = residents
    this.#loaders = loaders
    this.#begin = begin
    const warning = placementWarning(placements)
    this.#report ??= (await import('@swanlab/core/internal')).terminalReport()
    if (warning) this.#report('warn', warning)
    return placements
  }

  apply(hooks: RunHooks): void {
    hooks.run.tap({ name: NAME, stage: EARLY }, (run) => this.#supervisor?.start(run))
    hooks.finish.tapPromise({ name: NAME, stage: LATE }, async (outcome) => this.#supervisor?.wait(outcome))
  }

  async onInit({ logdir }: InitInfo): Promise<void> {
    const { enabled, callbackTimeout, finishTimeout } = this.#options
    if (!enabled || !this.#act || !this.#report) return
    if (this.#residents.length === 0 && !(await leftBehind(logdir))) return
    const { Supervisor } = await import('./supervisor.ts')
    this.#supervisor = new Supervisor({
      callbacks: this.#residents,
      loaders: this.#loaders,
      cwd: this.#cwd,
      callbackTimeout,
      finishTimeout,
      from: this.#begin,
      act: this.#act,
      report: this.#report,
    })
  }
}

/** Are there abandoned runs that a background process could take care of? */
async function leftBehind(logdir: string | undefined): Promise<boolean> {
  if (logdir === undefined) return false
  const { abandonedRuns } = await import('@swanlab/journal/internal')
  return abandonedRuns(logdir).length > 0
}
