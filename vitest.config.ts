import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** What all tests have in common, those of commands of their own as well. */
export const common = {
  // Packages resolve to their TypeScript sources, except in programs that tests start.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    globalSetup: 'test/compiled.ts',
    pool: 'forks',
    // For what never ends; on a busy machine, everything else may take its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 40_000 } },
  },
} satisfies ViteUserConfig

const ALL = ['{packages/*/src,test,examples}/**/*.test.ts']
/** What takes a browser long; `test:dashboard` runs it. */
export const BROWSER = '{packages/*/src,test}/**/*.browser.test.ts'
const OTHERS = ['**/node_modules/**', BROWSER]
/** Those that start no run, change nothing that others see, and stop what they start. */
const PARTS = [
  'packages/core/src/{console,data,delivery,options,runtime,text}/**/*.test.ts',
  'packages/server/src/**/*.test.ts',
  'packages/dashboard/src/{blocks,columns,export,protocol,query}/**/*.test.ts',
  'packages/dashboard/src/page/*/**/*.test.ts',
]

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    // Most tests wait for other processes most of the time.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'whole', include: ALL, exclude: [...OTHERS, ...PARTS] } },
      // To start a process for each of these, and to load what they test, takes longer than the tests.
      { extends: true, test: { name: 'parts', include: PARTS, exclude: OTHERS, isolate: false } },
    ],
  },
})
