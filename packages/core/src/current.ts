import { inspect } from 'node:util'
import type { Callback } from './contract/callback.ts'
import { assertCallback } from './kernel/callback-check.ts'
import type { Config } from './contract/config.ts'
import { SwanLabError } from './contract/error.ts'
import type { Outcome } from './contract/payloads.ts'
import type { AlertOptions } from './contract/alert.ts'
import type { FinishOptions } from './contract/finish-options.ts'
import type { LogOptions, Run } from './contract/run.ts'
import { currentActions } from './kernel/current-callback.ts'
import { createConfig } from './data/config-store.ts'

/** The run that was started last. It is active until it has ended; calls after that are reported. */
let latest: Run | undefined
let active = false
/** The configuration of a run that is about to start. */
let starting: Config | undefined
let pendingConfig = createConfig()
let pendingCallbacks: Callback[] = []

/** The active run; absent when there is none. */
export function getRun(): Run | undefined {
  return active ? latest : undefined
}

/** The next run takes shape. @param config - Its configuration. */
export function runStarting(config: Config): void {
  starting = config
}

/** It will not start after all: what was set for it is kept for the one after it. */
export function runFailed(): void {
  starting = undefined
}

export function runStarted(run: Run): void {
  latest = run
  active = true
  starting = undefined
  pendingConfig = createConfig()
  pendingCallbacks = []
}

export function runEnded(run: Run): void {
  if (run === latest) active = false
}

/**
 * Records scalars in the active run; see {@link Run.log}. Inside a callback it means the run that this callback belongs to.
 *
 * @throws SwanLabError `NO_RUN` when no run has ever been started
 */
export function log(data: object, stepOrOptions?: number | LogOptions): void {
  const actions = currentActions()
  if (actions) actions.log(data, stepOrOptions)
  else latestRun('log()').log(data, stepOrOptions)
}

/**
 * Raises an alert in the active run; see {@link Run.alert}. Inside a callback it means the run of that callback.
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
  if (starting || getRun()?.state === 'running')
    throw new SwanLabError('RUN_ACTIVE', 'registerCallbacks() must be called before init().')
  const given: readonly unknown[] = Array.isArray(callbacks) ? callbacks : [callbacks]
  for (const callback of given) assertCallback(callback)
  pendingCallbacks.push(...(given as readonly Callback[]))
}

/** @see registerCallbacks. Source: `swanlab.merge_callbacks`, its later name. */
export const mergeCallbacks: typeof registerCallbacks = registerCallbacks

/** What was registered for the next run. */
export function registered(): readonly Callback[] {
  return pendingCallbacks
}

/** What was written to {@link config} while there was no run. */
export function writtenConfig(): object {
  return pendingConfig.snapshot()
}

/** `console.log` looks at the target of a proxy, not at what the proxy shows. */
const shown: object = Object.create({ [inspect.custom]: () => view().toJSON() }) as object

/**
 * The configuration of the active run. Before `init` it can be written as well: the next run begins with it, below what
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
  return getRun()?.config ?? starting ?? pendingConfig.view
}

function latestRun(what: string): Run {
  if (starting) throw new SwanLabError('NO_RUN', `${what} is too early: the run starts when every onInit has answered.`)
  if (latest) return latest
  throw new SwanLabError('NO_RUN', `Call init() before ${what}.`)
}
