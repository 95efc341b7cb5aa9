import { inspect } from 'node:util'
import { SwanLabError } from './error.ts'
import type { Verdict } from './outcome.ts'
import type { Outcome } from './payloads.ts'
import { errorInfo } from './thrown.ts'

const STATES: readonly unknown[] = ['finished', 'crashed', 'aborted'] satisfies Outcome['state'][]

/** What {@link Run.finish} takes. */
export interface FinishOptions {
  /** Default: `finished`, or `crashed` when an `error` is given. */
  state?: Outcome['state'] | undefined
  /** What went wrong; anything that can be thrown. */
  error?: unknown
}

/** @throws SwanLabError `INVALID_OPTION` */
export function verdictOf(options: unknown): Verdict {
  if (typeof options !== 'object' || options === null)
    throw new SwanLabError(
      'INVALID_OPTION',
      `finish: takes an object such as { state: "crashed", error }, but got ${inspect(options)}.`,
    )
  const { error, state = error === undefined ? 'finished' : 'crashed' } = options as Record<string, unknown>
  if (!STATES.includes(state))
    throw new SwanLabError(
      'INVALID_OPTION',
      `finish: "state" takes "finished", "crashed" or "aborted", but got ${inspect(state)}.`,
    )
  return {
    state: state as Outcome['state'],
    ...(error !== undefined && { error: errorInfo(error) }),
    ...(state !== 'finished' && { cause: { type: 'reported' } as const }),
  }
}
