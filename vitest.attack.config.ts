import { defineConfig } from 'vitest/config'
import { common } from './vitest.config.ts'

// Hostile input at its full size, one file at a time. ATTACK=short is what continuous integration runs.
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['test/attack/**/*.attack.ts'],
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
})
