import { quietly, type Report } from '../text/reporter.ts'
import { isTime } from './time.ts'
import { show } from './show.ts'

/**
 * A clock of the user's that may be wrong: what is no time would make records that nobody can read. From its first wrong
 * answer on it is not asked again.
 */
export function trustedClock(clock: () => unknown, report: Report): () => number {
  // Settings are made from settings: what is right by itself stays as it is.
  if (clock === Date.now) return Date.now
  let broken = false
  return () => {
    if (!broken) {
      const now = ask(clock)
      if (isTime(now) && now >= 0) return now
      broken = true
      const problem = now instanceof Error ? 'threw an error' : `returned ${show(now)}`
      const message = `settings.clock ${problem}, which is no number of milliseconds since 1970; the system's clock is used.`
      quietly(report)('warn', message)
    }
    return Date.now()
  }
}

function ask(clock: () => unknown): unknown {
  try {
    return clock()
  } catch {
    return new Error('no answer')
  }
}
