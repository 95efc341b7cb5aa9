import type { ConfigStore } from '../contract/config.ts'
import { SwanLabError } from '../contract/error.ts'
import type { InitInfo } from '../contract/payloads.ts'
import type { Parser } from '../data/parser.ts'

/** @throws SwanLabError `RESUME_FAILED` when a run must be continued, and nobody has found it. */
export function refuseUnlessFound({ id, logdir, resume, resumed }: InitInfo): void {
  if (resume !== 'must' || resumed) return
  const where = logdir ? `is in ${logdir}` : 'was found'
  throw new SwanLabError(
    'RESUME_FAILED',
    `"resume" is "must", but no run with id ${id} ${where}. Use "allow" to start it when it does not exist.`,
  )
}

/** Goes on where earlier parts of the run ended. @returns number of the last line of its terminal. */
export function restoreEarlier({ earlier = [] }: InitInfo, parser: Parser, config: ConfigStore): number {
  let line = 0
  for (const records of earlier) {
    for (const record of records) {
      if (record.type === 'config') config.restore(record.config)
      else if (record.type === 'console') line = Math.max(line, record.line)
      else parser.restore(record)
    }
  }
  return line
}
