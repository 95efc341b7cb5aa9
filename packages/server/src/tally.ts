import type { Context } from './context.ts'

/** Least pause between two reports of the same, in milliseconds. */
const PAUSE = 10_000

/** Counts what clients may do without end, and says now and then how often they did. */
export function tally(
  { report, clock }: Pick<Context, 'report' | 'clock'>,
  words: (count: number) => string,
): (count?: number) => void {
  let untold = 0
  let told = -Infinity
  return (count = 1) => {
    untold += count
    if (untold === 0 || clock() - told < PAUSE) return
    report('warn', words(untold))
    untold = 0
    told = clock()
  }
}
