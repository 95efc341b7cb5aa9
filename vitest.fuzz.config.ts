import { defineConfig } from 'vitest/config'
import { common } from './vitest.config.ts'

// FUZZ_RUNS says how many inputs each property gets, FUZZ_SEED where a failure is found again.
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/fuzz/**/*.fuzz.ts'],
    globalSetup: [],
    maxWorkers: 1,
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
  },
})
