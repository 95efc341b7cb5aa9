import type { Callback, HostActions } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'
import type { InitInfo, Placement, RunInfo, RuntimeInfo } from '../contract/payloads.ts'
import { Outbox, timesWithin, type OutboxOptions } from '../delivery/outbox.ts'
import { onProcessExit } from '../endings/process-exit.ts'
import { StallDetector } from '../endings/stall-detector.ts'
import { redactAlert } from '../text/redact-payloads.ts'
import { describeError } from '../text/thrown.ts'
import { attachTo, detachFrom } from './attached.ts'
import { runInfoOf } from './base-run.ts'
import { CallbackSet } from './callback-set.ts'
import { stopStarted } from './failed-start.ts'
import { placementsOf } from './placements.ts'
import { Recorders } from './recorders.ts'
import { refuseUnlessFound, restoreEarlier } from './resume.ts'
import type { RunOptions, RunSettings } from './run-options.ts'
import { ActiveRun } from './run.ts'

/** What a run is started with. */
export interface StartOptions extends RunSettings {
  readonly info: InitInfo
  readonly callbacks: readonly Callback[]
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly callbackTimeout: number
  /** How messages are kept and tried again. Default: in memory, with the pauses that receivers expect. */
  readonly delivery?: Pick<OutboxOptions, 'store' | 'firstPause'> | undefined
  /** What is known of the machine; callbacks get it once the run has started. */
  readonly runtime: (dir: string | undefined) => readonly RuntimeInfo[]
  /** The run exists; no callback's `onRun` has been called. */
  readonly started: (run: ActiveRun) => void
}

/** The moments of a callback that lives elsewhere in which it is asked here: there is no run yet. */
const BEFORE_RUN: readonly Moment[] = ['onInit', 'onOpen']

/**
 * Starts a run: calls every `onInit`, opens the run folder, calls every `onRun`.
 *
 * @throws SwanLabError when a callback cannot be used or refuses to start, or the run folder cannot be opened. Nothing is left
 *   behind then: callbacks that had already started are called with the end of a run that was aborted.
 */
export function startRun(options: StartOptions): Promise<ActiveRun> {
  return new Start(options).run()
}

class Start {
  readonly #options: StartOptions
  readonly #callbacks: CallbackSet
  readonly #halt = new AbortController()
  readonly #stalls: StallDetector
  #info: InitInfo
  #placements: readonly Placement[] = []
  #run: ActiveRun | undefined
  /** Does in the run what callbacks ask for. Before there is one, contexts refuse, and hosts ask for nothing. */
  readonly #act: HostActions = {
    raise: (alert) => this.#run?._raise(redactAlert(alert, this.#options.redactor)),
    log: (data, step) => this.#run?.log(data, step),
    requestStop: (reason, name) => this.#run?._requestStop(reason, name),
    fallBack: (reason, name) => this.#run?._fallBack(this.#options.redactor.text(reason, 'message'), name),
    count: (report) => this.#callbacks.guard.count(report),
    redactRules: () => this.#options.redactor.sent,
  }

  constructor(options: StartOptions) {
    const { info, report, clock, redactor, config, delivery, callbackTimeout, finishTimeout } = options
    this.#options = options
    this.#info = info
    this.#stalls = new StallDetector(clock)
    this.#callbacks = new CallbackSet({
      place: 'live',
      report,
      clock,
      redactor,
      timeout: callbackTimeout,
      outbox: new Outbox({
        part: '',
        ...timesWithin(finishTimeout),
        ...delivery,
        report,
        redact: (text) => redactor.text(text, 'message'),
        holds: false,
      }),
      config: config.view,
      signal: this.#halt.signal,
    })
  }

  async run(): Promise<ActiveRun> {
    let run: ActiveRun
    try {
      await this.#attachAll()
      run = await this.#begin()
    } catch (error) {
      this.#detachAll()
      throw error
    }
    this.#inform(run)
    this.#stalls.handOver()
    return run
  }

  async #attachAll(): Promise<void> {
    const { info, callbacks, report, redactor } = this.#options
    for (const callback of callbacks) {
      this.#callbacks.enroll(callback)
      attachTo(callback, info)
    }
    this.#placements = await placementsOf(callbacks, this.#act, redactor)
    for (const [index, callback] of callbacks.entries()) {
      const lives = this.#placements[index]!.place === 'live'
      try {
        this.#callbacks.attach(callback, lives ? undefined : BEFORE_RUN)
      } catch (error) {
        if (callback.optional !== true) throw error
        report('error', describeError(error))
      }
    }
  }

  #detachAll(): void {
    detachFrom(this.#options.info, this.#options.callbacks)
  }

  /** Lets everybody answer `onInit`, makes the run that comes of it, and calls every `onRun`. */
  async #begin(): Promise<ActiveRun> {
    const release = onProcessExit((code) => void this.#stopAll(new Error(`the process exited with code ${code}`)))
    let run: ActiveRun
    try {
      const { config } = this.#info
      this.#info = await this.#callbacks.hooks.init.promise(this.#info)
      this.#options.config.amend(config, this.#info.config)
      // From the moment the run folder is open, no ending may miss the run; hence nothing is awaited until recorders have it.
      run = this.#open()
    } catch (error) {
      await this.#stopAll(error)
      throw error
    } finally {
      release()
    }
    await run._begin()
    return run
  }

  #open(): ActiveRun {
    const { callbacks, report, parser, config, started, ended } = this.#options
    refuseUnlessFound(this.#info)
    const line = restoreEarlier(this.#info, parser, config)
    const { guard, hooks, contexts } = this.#callbacks
    const info = hooks.open.call(this.#runInfo())
    const parts: RunOptions = {
      ...this.#options,
      callbacks: this.#callbacks,
      recorders: new Recorders(callbacks, guard, report),
      halt: this.#halt,
      stalls: this.#stalls,
      ended: (over) => {
        this.#detachAll()
        ended(over)
      },
    }
    const run = new ActiveRun(info, parts, line)
    contexts.open({
      startTime: info.startTime,
      dir: info.dir,
      resumed: info.resumed,
      run,
      raise: (alert) => run._raise(alert),
      log: (data, options) => run.log(data, options),
      requestStop: (reason, name) => run._requestStop(reason, name),
      finish: (options) => run.finish(options),
    })
    this.#run = run
    started(run)
    return run
  }

  #inform(run: ActiveRun): void {
    const { runtime, report } = this.#options
    try {
      for (const news of runtime(run.dir)) run._inform(news)
    } catch (error) {
      report('warn', `What the run knows of its machine cannot be recorded: ${describeError(error)}`)
    }
  }

  #stopAll(error: unknown): Promise<void> {
    return stopStarted(error, this.#runInfo(), this.#callbacks, this.#options)
  }

  #runInfo(): RunInfo {
    return runInfoOf(this.#info, this.#options.config.snapshot(), this.#placements)
  }
}
