import { markedRuns, recordingState } from '@swanlab/journal/internal'

/**
 * Runs in a logdir that have no living owner: they never ended, or a message of theirs is pending. An owner that cannot
 * be asked counts as alive.
 */
export function abandonedRuns(logdir: string): string[] {
  return markedRuns(logdir).flatMap(({ dir, owners }) =>
    owners && recordingState(dir, undefined) === 'gone' ? [dir] : [],
  )
}
