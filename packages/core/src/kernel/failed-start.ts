import type { RunInfo } from '../contract/payloads.ts'
import { outcomeOf } from '../endings/outcome.ts'
import { redactError } from '../text/redact-payloads.ts'
import { errorInfo } from '../text/thrown.ts'
import type { CallbackSet } from './callback-set.ts'
import type { RunSettings } from './run-options.ts'
import { callSome, type Tap } from './taps.ts'

/**
 * The run will not start after all: calls the callbacks that had started with the end of a run that was aborted, in this
 * very turn. Never rejects.
 */
export async function stopStarted(
  error: unknown,
  run: RunInfo,
  { hooks, guard }: CallbackSet,
  { clock, redactor }: RunSettings,
): Promise<void> {
  const reason = redactError(errorInfo(error), redactor)
  const ending = { state: 'aborted', cause: { type: 'reported' }, error: reason } as const
  const totals = { steps: 0, summary: Object.freeze({}), losses: {}, callbacks: guard.reports() }
  const hasStarted = ({ name }: Tap): boolean => guard.hasStarted(name)
  await callSome(hooks, 'finish', outcomeOf(ending, run, totals, clock()), hasStarted)
  await callSome(hooks, 'close', undefined, hasStarted)
}
