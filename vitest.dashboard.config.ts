import { defineConfig } from 'vitest/config'
import { BROWSER, common } from './vitest.config.ts'

// The dashboard in a real browser, one file at a time. DASHBOARD=short is what continuous integration runs.
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: [BROWSER],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
