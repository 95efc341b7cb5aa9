import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallbackVoice } from './context.ts'

/** A listener that is running: whose it is, and what the functions of the package mean inside it. */
export interface Place {
  readonly owner: object
  readonly label: string
  readonly voice?: CallbackVoice | undefined
}

const places = new AsyncLocalStorage<Place>()
/** The innermost listener whose synchronous part is running. */
let current: Place | undefined
let running = 0

/** A synchronous listener begins. @returns what {@link leaveSync} is to be given when it has ended. */
export function enterSync(place: Place): Place | undefined {
  const outer = current
  current = place
  return outer
}

export function leaveSync(outer: Place | undefined): void {
  current = outer
}

/**
 * Runs `what` so that it, and whatever it awaits, can be recognized by {@link insideOf} until `leave` is called. Node
 * tracks every promise of the process while anybody is inside, so nobody may stay.
 */
export function enter<R>(place: Place, what: () => R): R {
  running++
  return places.run(place, what)
}

export function leave(): void {
  if (--running === 0) places.disable()
}

/** From now on somebody is inside, until `leave` is called. */
export function stay(): void {
  running++
}

/** The same without an end of its own: timers and promises of `what` are recognized for as long as anybody is inside. */
export function within<R>(place: Place, what: () => R): R {
  return places.run(place, what)
}

/** The label under which the code that asks was entered by `owner`. */
export function insideOf(owner: object): string | undefined {
  const place = places.getStore()
  return place?.owner === owner ? place.label : undefined
}

/** What the functions of the package mean for the code that asks; absent outside of callbacks. */
export function currentVoice(): CallbackVoice | undefined {
  return (current ?? places.getStore())?.voice
}
