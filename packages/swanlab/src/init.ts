import type { InitOptions as CoreOptions, Run } from '@swanlab/core'
import type { Mode } from './modes.ts'

/** What `init` takes: everything that the core's takes, and where and how the run is kept. */
export interface InitOptions<C extends object = Record<string, unknown>> extends CoreOptions<C> {
  /** Folder of the run folders, relative to the working directory. Environment: `SWANLAB_LOG_DIR`. Default: `swanlog`. */
  readonly logdir?: string | undefined
  /**
   * `cloud`: recorded here and uploaded. `offline`: recorded here, to be uploaded later. `local`: recorded here, to stay
   * here. `disabled`: neither. `online` is another word for `cloud`. Environment: `SWANLAB_MODE`. Default: `cloud`.
   */
  readonly mode?: Mode | 'online' | undefined
  /**
   * Goes before `mode`: true is `cloud`, false is `local`, as in SwanLab 0.3.0.
   *
   * @deprecated Since SwanLab 0.3.4: use `mode`.
   */
  readonly cloud?: boolean | undefined
}

/**
 * Starts a run and makes it the active one. While a run is active, it is returned as it is, with a warning, unless
 * `reinit` is true: then it is finished first. With `reinit: 'create_new'` a run of its own is started beside it; see
 * {@link withRun}. An `init` that fails leaves nothing behind.
 *
 * Source: `swanlab.init`, with every parameter in camelCase.
 *
 * @throws SwanLabError that lists everything that is wrong with the options, or names the callback that refused.
 *
 * @example
 * ```ts
 * import { init } from 'swanlab'
 *
 * const run = await init({ project: 'cats', mode: 'offline', config: { lr: 1e-4 } })
 * run.log({ loss: 0.18 })
 * await run.finish()
 * ```
 */
export async function init<C extends object = Record<string, unknown>>(options: InitOptions<C> = {}): Promise<Run<C>> {
  // Importing this package should cost those little who only define things.
  const { initWith } = await import('@swanlab/core/internal')
  const run: Run<object> = await initWith(options, async () => (await import('./preset.ts')).preset)
  return run as Run<C>
}
