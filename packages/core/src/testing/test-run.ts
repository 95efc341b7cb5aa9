import { afterEach } from 'vitest'
import type { Backend } from '../kernel/backend.ts'
import type { Callback } from '../kernel/callback.ts'
import { quietly, type Report } from '../kernel/reporter.ts'
import type { Run } from '../kernel/run.ts'
import { startRun } from '../kernel/start.ts'
import { createConfig } from '../data/config-store.ts'
import { LogIntake } from '../data/log-intake.ts'
import { memoryBackend, type MemoryBackend } from './memory-backend.ts'

export interface TestRunOptions {
  readonly backend?: Partial<Backend>
  readonly callbackTimeout?: number
  readonly report?: Report
  readonly config?: object
  /** Called when the run becomes the current one, before any `onRun`. */
  readonly started?: (run: Run) => void
}

export interface TestRun {
  readonly run: Run
  readonly backend: MemoryBackend
  /** Messages, with their level. */
  readonly reports: string[]
  readonly ended: Run[]
}

const open = new Set<Run>()

afterEach(async () => {
  await Promise.all([...open].map((run) => run.finish()))
})

/** A run that is kept in memory: everything of the kernel, and real data behind it. */
export async function testRun(callbacks: readonly Callback[], options: TestRunOptions = {}): Promise<TestRun> {
  const reports: string[] = []
  const report = quietly(options.report ?? ((level, message) => void reports.push(`${level}: ${message}`)))
  const backend = memoryBackend(options.backend)
  const ended: Run[] = []
  const run = await startRun({
    info: Object.freeze({
      id: 'a'.repeat(21),
      project: 'test',
      tags: Object.freeze(['one']),
      mode: 'local',
      logdir: '/nowhere',
      startTime: Date.now(),
      resumed: false,
    }),
    backend,
    callbacks,
    elsewhere: [],
    placements: callbacks.map(({ name }) => ({ name, place: 'live' })),
    intake: new LogIntake(report),
    config: createConfig(options.config),
    callbackTimeout: options.callbackTimeout ?? 2_000,
    clock: Date.now,
    report,
    runtime: () => [{ metadata: { machine: { cores: 2 } } }, { requirements: 'tapable@2.3.4\n' }],
    owner: {
      started: (started) => {
        open.add(started)
        options.started?.(started)
      },
      ended: (over) => {
        open.delete(over)
        ended.push(over)
      },
    },
  })
  return { run, backend, reports, ended }
}
