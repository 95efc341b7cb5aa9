import type { Callback } from '../contract/callback.ts'
import { SwanLabError } from '../contract/error.ts'

/** Ids of the runs that callbacks are attached to. */
const runs = new WeakMap<Callback, string>()

/**
 * A callback keeps what belongs to its run, so that it serves one at a time.
 *
 * @throws SwanLabError `INVALID_CALLBACK` when it is attached to a run that has not ended.
 */
export function attachTo(callback: Callback, id: string): void {
  const other = runs.get(callback)
  if (other !== undefined)
    throw new SwanLabError(
      'INVALID_CALLBACK',
      `Callback "${callback.name}" is attached to run ${other}, which has not ended. Make one for each run.`,
    )
  runs.set(callback, id)
}

export function detach(callback: Callback): void {
  runs.delete(callback)
}
