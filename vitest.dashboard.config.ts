import { defineConfig } from 'vitest/config'
import { BROWSER, common } from './vitest.config.ts'

/** What continuous integration runs: charts and the spike, a server's pages, a run that is killed, the demo. */
const SHORT = [
  'packages/dashboard/src/page/{charts,spike,hostile}.browser.test.ts',
  'test/dashboard/{accounts,demo,live}.browser.test.ts',
]

// The dashboard in a real browser, one file at a time.
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: process.env['DASHBOARD'] === 'short' ? SHORT : [BROWSER],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
