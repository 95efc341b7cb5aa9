import { markedRuns, type Caretakers } from '../journal/running.ts'
import { isAlive } from '../runtime/process-identity.ts'

/** Runs in a logdir that nobody takes care of any more: they never ended, or something of them was not delivered. */
export function abandonedRuns(logdir: string): string[] {
  return markedRuns(logdir).flatMap(({ dir, caretakers }) => (caretakers && areGone(caretakers) ? [dir] : []))
}

/** What runs on another machine cannot be asked, so it counts as alive. */
function areGone({ training, background }: Caretakers): boolean {
  return isAlive(training) === false && (!background || isAlive(background) === false)
}
