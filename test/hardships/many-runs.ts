import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { trackerProcessesIn } from '../orphans.ts'
import { until } from '../background/start.ts'
import { useTestFolder } from './hardship.ts'

/** Runs after which everything that is made once has been made. */
const WARM = 5
/** So many runs in one program, each with a background process of its own. */
export function describeManyRuns(runs: number): void {
  const place = useTestFolder()
  describe.runIf(process.platform === 'linux')('many runs, one after the other', () => {
    test(`${runs} runs all reach the callbacks, and leave nothing in the process`, { timeout: 120_000 }, async () => {
      const { logdir, start } = place()
      const training = await start({ how: 'many runs', runs, smtpPort: 0 })
      expect(await training.ended).toBe(0)

      const seen = training.outcome() as Record<string, number>[]
      expect(seen).toHaveLength(runs)
      // What is on its way out may still be seen after one run, but not after five.
      const least = (what: string, some: typeof seen): number => Math.min(...some.map((held) => held[what]!))
      for (const what of Object.keys(seen[0]!))
        expect(least(what, seen.slice(-5)), what).toBeLessThanOrEqual(least(what, seen.slice(WARM, WARM + 5)))
      expect(least('children', seen.slice(-5))).toBe(0)

      const ends = training.moments().filter(({ moment }) => moment === 'finish')
      expect(new Set(ends.map(({ payload }) => payload.run.id as string)).size).toBe(runs)
      expect(ends.filter(({ payload }) => payload.state === 'finished' && payload.steps === 3)).toHaveLength(runs)
      expect(training.messages().slack).toHaveLength(runs)
      await until('no process is left', () => trackerProcessesIn(logdir).length === 0)
      expect(readdirSync(join(logdir, '.running'))).toEqual([])
    })
  })
}
