import { AsyncLocalStorage } from 'node:async_hooks'
import type { AlertOptions } from '../contract/alert.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { Outcome } from '../contract/payloads.ts'
import type { LogOptions } from '../contract/run.ts'

/** What `alert()`, `log()` and `finish()` of the package mean inside a callback. */
export interface CallbackActions {
  alert(options: AlertOptions): void
  log(data: object, stepOrOptions?: number | LogOptions): void
  finish(options?: FinishOptions): Promise<Outcome>
}

/** A listener that is running: whose it is, and what the functions of the package mean inside it. */
export interface ActiveListener {
  readonly owner: object
  /** As "name (moment)". */
  readonly label: string
  readonly actions?: CallbackActions | undefined
}

const listeners = new AsyncLocalStorage<ActiveListener>()
/** The innermost listener whose synchronous part is running. */
let current: ActiveListener | undefined
let running = 0

/** A synchronous listener begins. @returns what {@link leaveSync} is to be given when it has ended. */
export function enterSync(listener: ActiveListener): ActiveListener | undefined {
  const outer = current
  current = listener
  return outer
}

export function leaveSync(outer: ActiveListener | undefined): void {
  current = outer
}

/**
 * Runs `what` so that it, and whatever it awaits, can be recognized by {@link listenerOf} until `leave` is called. Node
 * tracks every promise of the process while anybody is inside, so nobody may stay.
 */
export function enter<R>(listener: ActiveListener, what: () => R): R {
  const outer = enterSync(listener)
  running++
  try {
    return listeners.run(listener, what)
  } finally {
    leaveSync(outer)
  }
}

export function leave(): void {
  if (--running === 0) listeners.disable()
}

/** From now on somebody is inside, until `leave` is called. */
export function stay(): void {
  running++
}

/** The same without an end of its own: timers and promises of `what` are recognized for as long as anybody is inside. */
export function within<R>(listener: ActiveListener, what: () => R): R {
  return listeners.run(listener, what)
}

/** The label under which the code that asks was entered by `owner`. */
export function labelOf(owner: object): string | undefined {
  if (current?.owner === owner) return current.label
  const listener = listeners.getStore()
  return listener?.owner === owner ? listener.label : undefined
}

/** What the functions of the package mean for the code that asks; absent outside of callbacks. */
export function currentActions(): CallbackActions | undefined {
  return (current ?? listeners.getStore())?.actions
}
