import { AsyncLocalStorage } from 'node:async_hooks'

interface Place {
  readonly owner: object
  readonly label: string
}

const places = new AsyncLocalStorage<Place>()
let running = 0

/**
 * Runs `what` so that it, and whatever it awaits, can be recognized by {@link insideOf} until `leave` is called. Node
 * tracks every promise of the process while anybody is inside, so nobody may stay.
 */
export function enter<R>(owner: object, label: string, what: () => R): R {
  running++
  return places.run({ owner, label }, what)
}

export function leave(): void {
  if (--running === 0) places.disable()
}

/** The label under which the code that asks was entered by `owner`. */
export function insideOf(owner: object): string | undefined {
  const place = places.getStore()
  return place?.owner === owner ? place.label : undefined
}
