import { markedRuns, recordingState } from '@swanlab/journal/internal'

/**
 * Runs in a logdir that nobody takes care of any more: they never ended, or something of them was not delivered. Whoever
 * cannot be asked counts as alive.
 */
export function abandonedRuns(logdir: string): string[] {
  return markedRuns(logdir).flatMap(({ dir, owners }) =>
    owners && recordingState(dir, undefined) === 'gone' ? [dir] : [],
  )
}
