import type { Outcome } from '../contract/payloads.ts'
import type { Report } from '../text/reporter.ts'

/** Says at the end of a run what did not go well. @param unfinished - Callbacks that nobody waited for, with moment. */
export function reportEnd(report: Report, { callbacks, losses }: Outcome, unfinished: readonly string[]): void {
  if (unfinished.length > 0)
    report('warn', `The process ended before these callbacks were done: ${unfinished.join(', ')}.`)
  for (const { name, failures, disabled } of callbacks)
    if (failures > 0)
      report('warn', `Callback "${name}" failed ${times(failures)}${disabled ? ' and was switched off' : ''}.`)
  if (losses.records)
    report('warn', `${losses.records} ${losses.records === 1 ? 'record' : 'records'} could not be written.`)
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
