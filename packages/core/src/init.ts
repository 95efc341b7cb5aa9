import type { Run } from './contract/run.ts'
import type { InitOptions } from './options/init-options.ts'
import { outside, scopedRun } from './kernel/current-callback.ts'
import type { Preset } from './begin.ts'

/** `init` calls wait for each other, as there is one active run at a time. */
let queue: Promise<unknown> = Promise.resolve()

/**
 * Starts a run and makes it the active one. While a run is active, it is returned as it is, with a warning, unless
 * `reinit` is true: then it is finished first. With `reinit: 'create_new'` a run of its own is started beside it; see
 * {@link withRun}. An `init` that fails leaves nothing behind.
 *
 * Nothing is kept but by the callbacks that are passed: `journal()` records a run, `cloud()` uploads it.
 *
 * Source: `swanlab.init`, with every parameter in camelCase.
 *
 * @throws SwanLabError that lists everything that is wrong with the options, or names the callback that refused.
 *
 * @example
 * ```ts
 * import { init } from '@swanlab/core'
 * import { journal } from '@swanlab/journal'
 *
 * const run = await init({ project: 'cats', config: { lr: 1e-4 }, callbacks: [journal({ logdir: 'swanlog' })] })
 * run.log({ loss: 0.18 })
 * await run.finish()
 * ```
 */
export function init<C extends object = Record<string, unknown>>(options: InitOptions<C> = {}): Promise<Run<C>> {
  return initWith(options) as Promise<unknown> as Promise<Run<C>>
}

/** `init` for packages that add parameters of their own. @param preset - Loads what they add. */
export function initWith(options: object, preset?: () => Promise<Preset>): Promise<Run> {
  const scoped = scopedRun()
  const start = async (): Promise<Run> => {
    // Most of this library is needed only by a program that starts a run, and importing it should cost the others nothing.
    const [{ begin }, more] = await Promise.all([import('./begin.ts'), preset?.()])
    return begin(options, more, scoped)
  }
  return outside(() => {
    if (isSeparate(options)) return start()
    const started = queue.then(start)
    queue = started.catch(() => {})
    return started
  })
}

function isSeparate(options: unknown): boolean {
  try {
    return (options as InitOptions | null | undefined)?.reinit === 'create_new'
  } catch {
    // It is refused later, with everything else that is wrong.
    return false
  }
}
