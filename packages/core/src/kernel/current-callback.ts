import { AsyncLocalStorage } from 'node:async_hooks'
import type { AlertOptions } from '../contract/alert.ts'
import type { Config } from '../contract/config.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { Outcome } from '../contract/payloads.ts'
import type { LogOptions, Run } from '../contract/run.ts'

/** What `alert()`, `log()`, `finish()`, `config` and `getRun()` of the package mean inside a callback. */
export interface CallbackActions {
  /** The run that is acted on; absent while there is none in this process. */
  readonly run?: Run | undefined
  readonly config?: Config | undefined
  alert(options: AlertOptions): void
  log(data: object, stepOrOptions?: number | LogOptions): void
  finish(options?: FinishOptions): Promise<Outcome>
}

/** A listener that is running, or the scope of a run: whose it is, and what the functions of the package mean inside it. */
export interface ActiveListener {
  readonly owner: object
  /** As "name (moment)". */
  readonly label: string
  readonly actions?: CallbackActions | undefined
  /** The run whose scope this is: no listener then. */
  readonly run?: Run | undefined
  /** Of a scope: the listener that it was opened in. */
  readonly outer?: ActiveListener | undefined
}

const listeners = new AsyncLocalStorage<ActiveListener>()
/** The innermost listener whose synchronous part is running. */
let current: ActiveListener | undefined
let running = 0

/** A synchronous listener begins. @returns what {@link leaveSync} is to be given when it has ended. */
export function enterSync(listener: ActiveListener | undefined): ActiveListener | undefined {
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

let scoped = false

/**
 * Opens a scope: in `what`, and in whatever it awaits or starts, the functions of the package mean this run. From the
 * first one on, Node tracks every promise of the process.
 */
export function withinRun<R>(run: Run, what: () => R): R {
  if (!scoped) stay()
  scoped = true
  const around = innermost()
  // Scopes within scopes are not chained: an agent may go on from one to the next without end.
  const listener = around?.run ? around.outer : around
  const scope: ActiveListener = { owner: run, label: '', actions: run, run, outer: listener }
  const outer = enterSync(scope)
  try {
    return listeners.run(scope, what)
  } finally {
    leaveSync(outer)
  }
}

/** Runs `what` outside of every listener and scope: what it leaves behind belongs to nobody. */
export function outside<R>(what: () => R): R {
  const outer = enterSync(undefined)
  try {
    return listeners.exit(what)
  } finally {
    leaveSync(outer)
  }
}

/** The run whose scope the code that asks is in; absent inside callbacks, which have one of their own. */
export function scopedRun(): Run | undefined {
  return innermost()?.run
}

/** The run that the code that asks belongs to, and whether it belongs to any. */
export function currentRun(): { readonly run: Run | undefined } | undefined {
  const around = innermost()
  return around && { run: around.run ?? around.actions?.run }
}

/** The label under which the code that asks was entered by `owner`. */
export function labelOf(owner: object): string | undefined {
  return labelIn(current, owner) ?? labelIn(listeners.getStore(), owner)
}

function labelIn(listener: ActiveListener | undefined, owner: object): string | undefined {
  if (listener?.owner === owner) return listener.label
  return listener?.outer?.owner === owner ? listener.outer.label : undefined
}

/** What the functions of the package mean for the code that asks; absent outside of callbacks and scopes. */
export function currentActions(): CallbackActions | undefined {
  return innermost()?.actions
}

function innermost(): ActiveListener | undefined {
  return current ?? listeners.getStore()
}
