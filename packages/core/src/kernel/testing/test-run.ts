import { afterEach } from 'vitest'
import type { Callback } from '../../contract/callback.ts'
import type { CallbackReport, Outcome } from '../../contract/payloads.ts'
import type { Run } from '../../contract/run.ts'
import { OPEN, type Redactor } from '../../text/redactor.ts'
import { quietly, type Report } from '../../text/reporter.ts'
import { startRun } from '../start.ts'
import { createConfig } from '../../data/config-store.ts'
import { LogParser } from '../../data/log-parser.ts'
import { memoryRecorder, type MemoryRecorder } from './memory-recorder.ts'

export interface TestRunOptions {
  /** Members that take the place of the recorder's own. */
  readonly memory?: Partial<Callback>
  readonly callbackTimeout?: number
  readonly finishTimeout?: number
  readonly report?: Report
  readonly config?: object
  /** Default: nothing is taken out. */
  readonly redactor?: Redactor
  /** Called when the run becomes the current one, before any `onRun`. */
  readonly started?: (run: Run) => void
}

export interface TestRun {
  readonly run: Run
  readonly memory: MemoryRecorder
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
  const memory = memoryRecorder(options.memory)
  const ended: Run[] = []
  const config = createConfig(options.config, options.redactor)
  const run = await startRun({
    info: Object.freeze({
      id: 'a'.repeat(21),
      project: 'test',
      tags: Object.freeze(['one']),
      mode: 'test',
      logdir: '/nowhere',
      startTime: Date.now(),
      resumed: false,
      config: config.snapshot(),
    }),
    redactor: options.redactor ?? OPEN,
    callbacks: [memory, ...callbacks],
    parser: new LogParser(report, options.redactor),
    config,
    callbackTimeout: options.callbackTimeout ?? 2_000,
    finishTimeout: options.finishTimeout ?? 2_000,
    clock: Date.now,
    report,
    runtime: () => [{ metadata: { machine: { cores: 2 } } }, { requirements: 'tapable@2.3.4\n' }],
    started: (started) => {
      open.add(started)
      options.started?.(started)
    },
    ended: (over) => {
      open.delete(over)
      ended.push(over)
    },
  })
  return { run, memory, reports, ended }
}

/** How the callbacks fared that a test has passed itself. */
export function reportsOf({ callbacks }: Outcome): readonly CallbackReport[] {
  return callbacks.filter(({ name }) => name !== 'memory')
}
