import { relative } from 'node:path'
import { type Outcome, formatDuration, oneLine } from '@swanlab/core/internal'

const UNITS = { ms: ' ms', s: ' s', min: ' min', h: ' h', d: ' d' }
/** Longest error in a message, in characters. */
const MAX_ERROR = 200

/** A path as one would type it: from here or from the root, whichever is shorter. */
export function shownPath(path: string, cwd: string = process.cwd()): string {
  const fromHere = relative(cwd, path) || '.'
  return fromHere.length < path.length ? fromHere : path
}

/** The last message of a run: `Run swan-1 finished after 2.1 s: 100 steps`. */
export function closingLine({ run, state, duration, steps, error }: Outcome): string {
  const reached = `Run ${run.experimentName} ${state} after ${formatDuration(duration, UNITS)}: ${steps} ${steps === 1 ? 'step' : 'steps'}`
  if (state === 'finished' || !error) return reached
  const { name, message } = error
  const words = oneLine(message, MAX_ERROR)
  return `${reached}. ${name === 'Error' || words.startsWith(name) ? words || name : oneLine(`${name}: ${words}`, MAX_ERROR)}`
}
