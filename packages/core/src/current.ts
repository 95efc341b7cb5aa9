import type { Callback } from './kernel/callback.ts'
import type { Config } from './kernel/config.ts'
import { SwanLabError } from './kernel/error.ts'
import type { Outcome } from './kernel/payloads.ts'
import type { AlertOptions, FinishOptions, LogOptions, Run } from './kernel/run.ts'
import { createConfig } from './data/config-store.ts'

/** The one run of this process, and what was said before there was one. */
let current: Run | undefined
let pendingConfig = createConfig()
let pendingCallbacks: Callback[] = []

/** The active run; absent when there is none. */
export function getRun(): Run | undefined {
  return current
}

export function setRun(run: Run | undefined): void {
  current = run
}

/**
 * Records scalars in the active run; see {@link Run.log}.
 *
 * @throws SwanLabError `NO_RUN`
 */
export function log(data: object, stepOrOptions?: number | LogOptions): void {
  activeRun('log()').log(data, stepOrOptions)
}

/**
 * Raises an alert in the active run; see {@link Run.alert}.
 *
 * @throws SwanLabError `NO_RUN`
 */
export function alert(options: AlertOptions): void {
  activeRun('alert()').alert(options)
}

/**
 * Ends the active run; see {@link Run.finish}.
 *
 * @throws SwanLabError `NO_RUN`
 */
export async function finish(options?: FinishOptions): Promise<Outcome> {
  return activeRun('finish()').finish(options)
}

/**
 * Callbacks for the next run, beside those that `init` is given and before them. They accumulate, and the next `init`
 * takes them. Source: `swanlab.register_callbacks`.
 *
 * @throws SwanLabError `RUN_ACTIVE`
 */
export function registerCallbacks(callbacks: Callback | readonly Callback[]): void {
  if (current) throw new SwanLabError('RUN_ACTIVE', 'registerCallbacks() must be called before init().')
  pendingCallbacks.push(...(Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback]))
}

/** @see registerCallbacks. Source: `swanlab.merge_callbacks`, its later name. */
export const mergeCallbacks: typeof registerCallbacks = registerCallbacks

/** What was registered for the next run. @param take - Forgets it: the run has started. */
export function registered(): readonly Callback[] {
  return pendingCallbacks
}

export function forgetRegistered(): void {
  pendingCallbacks = []
  pendingConfig = createConfig()
}

/** What was written to {@link config} while there was no run. */
export function writtenConfig(): object {
  return pendingConfig.snapshot()
}

/**
 * The configuration of the active run. Before `init` it can be written as well: the next run begins with it, below what
 * `init` is given.
 */
export const config: Config = new Proxy({} as Config, {
  get: (_, key) => Reflect.get(view(), key) as unknown,
  set: (_, key, value) => Reflect.set(view(), key, value),
  has: (_, key) => Reflect.has(view(), key),
  deleteProperty: (_, key) => Reflect.deleteProperty(view(), key),
  ownKeys: () => Reflect.ownKeys(view()),
  getOwnPropertyDescriptor: (_, key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(view(), key)
    // The target of this proxy is empty, and a proxy may only show properties as fixed that its target has.
    return descriptor && { ...descriptor, configurable: true }
  },
})

function view(): Config {
  return current?.config ?? pendingConfig.view
}

function activeRun(what: string): Run {
  if (current) return current
  throw new SwanLabError('NO_RUN', `Call init() before ${what}.`)
}
