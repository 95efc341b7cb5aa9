import type { Run } from './kernel/run.ts'
import type { InitOptions } from './options/init-options.ts'

/** `init` calls wait for each other: there is one run at a time. */
let queue: Promise<unknown> = Promise.resolve()

/**
 * Starts a run and makes it the active one. While a run is active, it is returned as it is, with a warning, unless
 * `reinit` is true: then it is finished first. An `init` that fails leaves nothing behind.
 *
 * Source: `swanlab.init`, with every parameter in camelCase.
 *
 * @throws SwanLabError that lists everything that is wrong with the options, or names the callback that refused.
 *
 * @example
 * ```ts
 * const run = await init({ project: 'cats', mode: 'offline', config: { lr: 1e-4 } })
 * run.log({ loss: 0.18 })
 * await run.finish()
 * ```
 */
export function init<C extends object = Record<string, unknown>>(options: InitOptions<C> = {}): Promise<Run<C>> {
  const started = queue.then(async () => {
    // Most of this library is needed only by a program that starts a run, and importing it should cost the others nothing.
    const { begin } = await import('./begin.ts')
    return begin(options)
  })
  queue = started.catch(() => {})
  return started as Promise<unknown> as Promise<Run<C>>
}
