import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Packages resolve to their TypeScript sources, except in programs that tests start.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: 'test/compiled.ts',
    pool: 'forks',
    // Most tests wait for other processes most of the time.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
})
