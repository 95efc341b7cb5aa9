import type { AlertOptions } from '../contract/alert.ts'
import type { Callback } from '../contract/callback.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { Alert, InitInfo, LogRecord, Outcome, RuntimeInfo } from '../contract/payloads.ts'
import type { LogOptions, Run } from '../contract/run.ts'
import { createConfig } from '../data/config-store.ts'
import { LogParser } from '../data/log-parser.ts'
import { OutboxMemory, type OutboxMessage } from '../delivery/outbox-item.ts'
import { endingOfException, endingOfExit, endingOfSignal } from '../endings/endings.ts'
import type { Signal } from '../endings/signals.ts'
import { addRulesOf } from '../kernel/callback-rules.ts'
import type { ActiveRun } from '../kernel/run.ts'
import { startRun } from '../kernel/start.ts'
import { Settings, type SettingsOptions } from '../options/settings.ts'
import { redactInfo } from '../text/redact-payloads.ts'
import { quietly } from '../text/reporter.ts'
import { RunRedactor } from '../text/run-redactor.ts'
import { recorder, type Recorder } from './recorder.ts'

/** What {@link testRun} starts a run with. */
export interface TestRunOptions {
  readonly callbacks?: Callback | readonly Callback[] | undefined
  readonly config?: object | undefined
  /** As of `init`. Default: what is quick in a test, 2,000 ms of `callbackTimeout` and 5,000 of `finishTimeout`. */
  readonly settings?: SettingsOptions | undefined
  /** Short for `settings.clock`. */
  readonly clock?: (() => number) | undefined
  /** What callbacks get in `onInit`, beside project `test` and experiment `test-run`. */
  readonly info?: Partial<InitInfo> | undefined
}

/** That a callback asked the training to stop, and why. */
export interface TestStopRequest {
  readonly callback: string
  readonly reason: string
}

/** Between attempts at delivery, in milliseconds: nobody waits for the real second in a test. */
const FIRST_PAUSE = 1
const KNOWN_TO_RUN: readonly RuntimeInfo[] = [
  { metadata: { runtime: { hostname: 'test-machine', command: 'node train.js' }, machine: { cores: 2 } } },
  { requirements: 'tapable@2.3.4\n' },
]

/**
 * Starts a real run in memory: the kernel, the guard, the outbox and the data behind `log()` are those of every run; no
 * file is written, no process and no connection is started. It is no active run: the package's `log()` and `config` do
 * not mean it, except inside its callbacks.
 *
 * @throws SwanLabError as `init` does: what is wrong with the settings, or which callback refused.
 *
 * @example
 * ```ts
 * import type { Callback } from '@swanlab/core'
 * import { testRun } from '@swanlab/core/testing'
 *
 * const loud: Callback = {
 *   name: 'loud',
 *   onLog: ({ data }, { alert }) => {
 *     if (Number(data['loss']) > 1) alert({ title: 'loss is high' })
 *   },
 * }
 * await using test = await testRun({ callbacks: loud })
 * test.log({ loss: 2 })
 * test.alerts // [{ title: 'loss is high', … }]
 * await test.crash(new Error('out of cats'))
 * test.reports // what the user would read
 * ```
 */
export async function testRun(options: TestRunOptions = {}): Promise<TestRun> {
  const { callbacks = [], clock, info } = options
  const reports: string[] = []
  const stopRequests: TestStopRequest[] = []
  const store = new OutboxMemory()
  const settings = new Settings({
    callbackTimeout: 2_000,
    finishTimeout: 5_000,
    report: (level, message) => void reports.push(`${level}: ${message}`),
    ...options.settings,
    ...(clock && { clock }),
  })
  const { callbackTimeout, finishTimeout } = settings
  const report = quietly(settings.report)
  const redactor = new RunRedactor({ redact: settings.redact, env: process.env, report })
  const all = Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback]
  addRulesOf(all, redactor)
  const config = createConfig(options.config, redactor)
  const keeper = recorder({ name: 'test-run', immediate: true })
  const run = await startRun({
    info: redactInfo(infoOf({ startTime: settings.clock(), config: config.snapshot(), ...info }), redactor),
    callbacks: [...all, keeper],
    parser: new LogParser(report, redactor),
    config,
    redactor,
    callbackTimeout,
    finishTimeout,
    clock: settings.clock,
    report,
    delivery: { firstPause: FIRST_PAUSE, store },
    runtime: () => KNOWN_TO_RUN,
    started: (started) => noteStopRequests(started, stopRequests),
    ended: () => {},
  })
  return new TestRun(run, { recorder: keeper, reports, stopRequests, store })
}

interface Seen {
  readonly recorder: Recorder
  readonly reports: readonly string[]
  readonly stopRequests: readonly TestStopRequest[]
  readonly store: OutboxMemory
}

/** A run in memory, what it came to, and every way in which it can end. Made by {@link testRun}. */
export class TestRun implements AsyncDisposable {
  /** What `init` would have answered with. */
  readonly run: Run
  /** A recorder beside the callbacks, before all of them: whatever happened in the run, it has got. */
  readonly recorder: Recorder
  /** The library's messages to the user, each behind its level: `error: Callback "x" failed in onLog: …`. */
  readonly reports: readonly string[]
  /** When callbacks asked the training to stop; `run.signal` is aborted by the first. */
  readonly stopRequests: readonly TestStopRequest[]
  readonly #run: ActiveRun
  readonly #store: OutboxMemory

  /** @internal */
  constructor(run: ActiveRun, { recorder: keeper, reports, stopRequests, store }: Seen) {
    this.run = run
    this.recorder = keeper
    this.reports = reports
    this.stopRequests = stopRequests
    this.#run = run
    this.#store = store
  }

  /** Rows that were recorded, those of callbacks among them. */
  get rows(): readonly LogRecord[] {
    return this.recorder.of('onLog')
  }

  /** Alerts that were raised, by {@link alert} and by callbacks; those of callbacks have an `id`. */
  get alerts(): readonly Alert[] {
    return this.recorder.of('onAlert')
  }

  /** What callbacks have handed to `context.deliver`, in order. */
  get messages(): readonly OutboxMessage[] {
    return this.#store.messages
  }

  /** @see Run.log */
  log(data: object, stepOrOptions?: number | LogOptions): void {
    this.run.log(data, stepOrOptions)
  }

  /** @see Run.alert */
  alert(options: AlertOptions): void {
    this.run.alert(options)
  }

  /** The training calls `finish()`. @see Run.finish */
  finish(options?: FinishOptions): Promise<Outcome> {
    return this.run.finish(options)
  }

  /**
   * The training throws what nobody catches. As in a process that dies of it, callbacks are called in this very turn, and
   * nothing that they do afterwards is waited for: what must arrive all the same is for a callback that lives in the
   * background process.
   */
  crash(error: unknown): Promise<Outcome> {
    this.#run._endNow(endingOfException(error))
    return this.finish()
  }

  /** The process receives a signal: callbacks are waited for, each within its deadline, before it dies of it. */
  abort(signal: Signal = 'SIGINT'): Promise<Outcome> {
    return this.#run._end(endingOfSignal(signal))
  }

  /** The training calls `process.exit()`. As after {@link crash}, nothing that callbacks do afterwards is waited for. */
  exit(code = 0): Promise<Outcome> {
    this.#run._endNow(endingOfExit(code))
    return this.finish()
  }

  /** Ends the run, if it goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }
}

function infoOf(info: Partial<InitInfo> & Pick<InitInfo, 'startTime' | 'config'>): InitInfo {
  return Object.freeze({
    id: 'testrun'.padEnd(21, '0'),
    project: 'test',
    experimentName: 'test-run',
    mode: 'test',
    resumed: false,
    ...info,
    tags: Object.freeze([...(info.tags ?? [])]),
  })
}

function noteStopRequests(run: ActiveRun, requests: TestStopRequest[]): void {
  const request = run._requestStop.bind(run)
  run._requestStop = (reason, callback) => {
    requests.push(Object.freeze({ callback, reason }))
    request(reason, callback)
  }
}
