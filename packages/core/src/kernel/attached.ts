import type { Callback } from '../contract/callback.ts'
import { SwanLabError } from '../contract/error.ts'

/** What a callback can be attached to. */
interface Owner {
  readonly id: string
}

/** The runs that callbacks are attached to. */
const owners = new WeakMap<Callback, Owner>()

/**
 * A callback keeps what belongs to its run, so that it serves one at a time.
 *
 * @throws SwanLabError `INVALID_CALLBACK` when it is attached to a run that has not ended.
 */
export function attachTo(callback: Callback, run: Owner): void {
  const other = owners.get(callback)
  if (other !== undefined)
    throw new SwanLabError(
      'INVALID_CALLBACK',
      `Callback "${callback.name}" is attached to run ${other.id}, which has not ended. Make one for each run.`,
    )
  owners.set(callback, run)
}

/** Those that are attached to the run may serve another one. */
export function detachFrom(run: Owner, callbacks: readonly Callback[]): void {
  for (const callback of callbacks) if (owners.get(callback) === run) owners.delete(callback)
}
