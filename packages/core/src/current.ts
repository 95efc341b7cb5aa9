import { inspect } from 'node:util'
import { isGeneratorObject } from 'node:util/types'
import type { Callback } from './contract/callback.ts'
import { assertCallback } from './kernel/assert-callback.ts'
import type { Config } from './contract/config.ts'
import { SwanLabError } from './contract/error.ts'
import type { Outcome } from './contract/payloads.ts'
import type { AlertOptions } from './contract/alert.ts'
import type { FinishOptions } from './contract/finish-options.ts'
import type { LogOptions, Run } from './contract/run.ts'
import { currentActions, currentRun, withinRun } from './kernel/current-callback.ts'
import { createConfig } from './data/config-store.ts'

/** The run that was started last, unless beside another one. It is active until it has ended; calls after that are reported. */
let latest: Run | undefined
let active = false
/** The configuration of a run that is about to start. */
let starting: Config | undefined
let pendingConfig = createConfig()
let pendingCallbacks: Callback[] = []
const ended = new WeakSet<Run>()

/** What a run is to the functions of this module. */
export interface RunSlot {
  /** What was written to {@link config} for the run that is about to start. */
  written(): object
  /** What was registered for it. */
  registered(): readonly Callback[]
  /** The run takes shape. @param config - Its configuration. */
  starting(config: Config): void
  /** It will not start after all: what was set for it is kept for the one after it. */
  failed(): void
  started(run: Run): void
  ended(run: Run): void
}

/** For the run that becomes the active one. */
export const activeSlot: RunSlot = {
  written: () => pendingConfig.snapshot(),
  registered: () => pendingCallbacks,
  starting: (given) => {
    starting = given
  },
  failed: () => {
    starting = undefined
  },
  started: (run) => {
    latest = run
    active = true
    starting = undefined
    pendingConfig = createConfig()
    pendingCallbacks = []
  },
  ended: (run) => {
    ended.add(run)
    if (run === latest) active = false
  },
}

/** For a run beside it: nothing that was said before it is meant for it. */
export const separateSlot: RunSlot = {
  written: () => ({}),
  registered: () => [],
  starting: () => {},
  failed: () => {},
  started: () => {},
  ended: (run) => void ended.add(run),
}

/** The active run; absent when there is none. Inside {@link withRun} and callbacks, it is that run. */
export function getRun(): Run | undefined {
  const current = currentRun()
  if (!current) return activeRun()
  return current.run && !ended.has(current.run) ? current.run : undefined
}

/** The run that the functions of this module mean outside of {@link withRun} and callbacks. */
export function activeRun(): Run | undefined {
  return active ? latest : undefined
}

/** The run that what is done right now belongs to. */
export function responsibleRun(): Run | undefined {
  return currentRun()?.run ?? activeRun()
}

/** Has a run ended, so that its callbacks have been called with that? */
export function hasEnded(run: Run): boolean {
  return ended.has(run)
}

/**
 * Calls `fn`, inside of which `log`, `alert`, `finish`, `getRun` and `config` mean this run: also in what it awaits or
 * starts, and in a generator that it returns. For runs that were started with `reinit: 'create_new'`, of which many are
 * recorded at once; what each writes to its terminal is recorded there, too. Can be nested. The run goes on when `fn` has
 * returned or thrown.
 *
 * @returns what `fn` returns.
 * @throws SwanLabError `INVALID_OPTION` when `run` is not a run; whatever `fn` throws.
 *
 * @example
 * ```ts
 * import { init, log, withRun } from 'swanlab'
 *
 * // Knows nothing of runs, and may be anywhere in the program.
 * async function evaluate(model: string) {
 *   for (let question = 0; question < 3; question++) {
 *     await new Promise((resolve) => setTimeout(resolve, 10))
 *     log({ correct: model.length > question })
 *   }
 * }
 *
 * const models = ['small', 'medium', 'large']
 * await Promise.all(
 *   models.map(async (model) => {
 *     await using run = await init({ project: 'evals', name: model, mode: 'offline', reinit: 'create_new' })
 *     await withRun(run, () => evaluate(model))
 *   }),
 * )
 * ```
 */
export function withRun<R>(run: Run<object>, fn: () => R): R {
  const given: unknown = run
  if (!isRun(given))
    throw new SwanLabError(
      'INVALID_OPTION',
      given instanceof Promise
        ? 'withRun: takes a run, but got a promise; did you forget to await init()?'
        : `withRun: takes the run that init() answers with, but got ${inspect(given, { depth: 0 })}.`,
    )
  if (typeof fn !== 'function')
    throw new SwanLabError('INVALID_OPTION', `withRun: takes a function to call, but got ${inspect(fn, { depth: 0 })}.`)
  const answer = withinRun(given, fn)
  if (isGeneratorObject(answer)) keepWithin(given, answer)
  return answer
}

function isRun(value: unknown): value is Run {
  if (typeof value !== 'object' || value === null) return false
  const { id, log: record, alert: raise, finish: end } = value as Partial<Run>
  return typeof id === 'string' && [record, raise, end].every((method) => typeof method === 'function')
}

/** A generator runs where it is asked for its next value. */
function keepWithin(run: Run, generator: Generator | AsyncGenerator): void {
  for (const step of ['next', 'return', 'throw'] as const) {
    // oxlint-disable-next-line typescript/unbound-method
    const method = generator[step] as (...values: unknown[]) => unknown
    const value = (...values: unknown[]): unknown => withinRun(run, () => Reflect.apply(method, generator, values))
    Object.defineProperty(generator, step, { value, configurable: true, writable: true })
  }
}

/**
 * Records scalars in the active run; see {@link Run.log}. Inside a callback it means the run that this callback
 * belongs to, and inside {@link withRun} that run.
 *
 * @throws SwanLabError `NO_RUN` when no run has ever been started
 */
export function log(data: object, stepOrOptions?: number | LogOptions): void {
  const actions = currentActions()
  if (actions) actions.log(data, stepOrOptions)
  else latestRun('log()').log(data, stepOrOptions)
}

/**
 * Raises an alert in the active run; see {@link Run.alert}. Inside a callback it means the run of that callback,
 * and inside {@link withRun} that run.
 *
 * @throws SwanLabError `NO_RUN` when no run has ever been started
 */
export function alert(options: AlertOptions): void {
  const actions = currentActions()
  if (actions) actions.alert(options)
  else latestRun('alert()').alert(options)
}

/**
 * Ends the active run; see {@link Run.finish}. When it has ended already, it answers the same again.
 *
 * @throws SwanLabError `NO_RUN` when no run has ever been started
 */
export async function finish(options?: FinishOptions): Promise<Outcome> {
  return (currentActions() ?? latestRun('finish()')).finish(options)
}

/**
 * Callbacks for the next run, beside those that `init` is given and before them. They accumulate, and the next `init`
 * that succeeds takes them. Source: `swanlab.register_callbacks`.
 *
 * @throws SwanLabError `RUN_ACTIVE`, or `INVALID_CALLBACK`, and then registers none of them.
 */
export function registerCallbacks(callbacks: Callback | readonly Callback[]): void {
  if (starting || activeRun()?.state === 'running')
    throw new SwanLabError('RUN_ACTIVE', 'registerCallbacks() must be called before init().')
  const given: readonly unknown[] = Array.isArray(callbacks) ? callbacks : [callbacks]
  for (const callback of given) assertCallback(callback)
  pendingCallbacks.push(...(given as readonly Callback[]))
}

/** @see registerCallbacks. Source: `swanlab.merge_callbacks`, its later name. */
export const mergeCallbacks: typeof registerCallbacks = registerCallbacks

/** `console.log` looks at the target of a proxy, not at what the proxy shows. */
const shown: object = Object.create({ [inspect.custom]: () => view().toJSON() }) as object

/**
 * The configuration of the active run, or of that of {@link withRun}. Before `init` it can be written as well: the next run begins with it, below what
 * `init` is given.
 */
export const config: Config = new Proxy(shown as Config, {
  get: (_, key) => Reflect.get(view(), key) as unknown,
  set: (_, key, value) => Reflect.set(view(), key, value),
  has: (_, key) => Reflect.has(view(), key),
  defineProperty: (_, key, descriptor) => Reflect.defineProperty(view(), key, descriptor),
  deleteProperty: (_, key) => Reflect.deleteProperty(view(), key),
  ownKeys: () => Reflect.ownKeys(view()),
  getOwnPropertyDescriptor: (_, key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(view(), key)
    // A proxy may only show properties as fixed that its target has.
    return descriptor && { ...descriptor, configurable: true }
  },
})

function view(): Config {
  return currentActions()?.config ?? activeRun()?.config ?? starting ?? pendingConfig.view
}

function latestRun(what: string): Run {
  if (starting) throw new SwanLabError('NO_RUN', `${what} is too early: the run starts when every onInit has answered.`)
  if (latest) return latest
  throw new SwanLabError('NO_RUN', `Call init() before ${what}.`)
}
