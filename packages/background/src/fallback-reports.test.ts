import { expect, test } from 'vitest'
import { FallbackReports } from './fallback-reports.ts'

test('a reason is reported once, and the number of runs whenever the last of them has ended', () => {
  const lines: string[] = []
  const report = (level: string, message: string): void => void lines.push(`${level}: ${message}`)
  const reports = new FallbackReports()
  reports.began('EAGAIN', 'first', report)
  reports.ended(report)
  expect(lines.splice(0)).toEqual(['warn: first'])

  for (let run = 0; run < 200; run++) reports.began('full', `run ${run}`, report)
  for (let run = 0; run < 200; run++) reports.ended(report)
  expect(lines.splice(0)).toEqual([
    'warn: run 0',
    'info: So far 201 runs of this program were followed in the training process (EAGAIN; full).',
  ])

  for (let run = 0; run < 100; run++) reports.began(`reason ${run}`, 'another', report)
  expect(lines).toHaveLength(14)
})
