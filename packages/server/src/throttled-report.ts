import type { Context } from './context.ts'

/** Least pause between two reports of the same, in milliseconds. */
const INTERVAL = 10_000

/** Throttles reports of what clients may do without end: counts, and reports the count once per interval. */
export function throttledReport(
  { report, clock }: Pick<Context, 'report' | 'clock'>,
  message: (count: number) => string,
): (count?: number) => void {
  let unreported = 0
  let lastReport = -Infinity
  return (count = 1) => {
    unreported += count
    if (unreported === 0 || clock() - lastReport < INTERVAL) return
    report('warn', message(unreported))
    unreported = 0
    lastReport = clock()
  }
}
