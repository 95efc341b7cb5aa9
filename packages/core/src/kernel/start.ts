import type { Callback, HostActions } from '../contract/callback.ts'
import { SwanLabError } from '../contract/error.ts'
import type { Moment } from '../contract/moments.ts'
import type { EarlierRecord, InitInfo, Placement, RunInfo, RuntimeInfo } from '../contract/payloads.ts'
import { LONGEST_ATTEMPT, Outbox, type OutboxOptions } from '../delivery/outbox.ts'
import { outcomeOf } from '../endings/outcome.ts'
import { onProcessExit } from '../endings/process-exit.ts'
import { StallDetector } from '../endings/stall-detector.ts'
import { redactAlert, redactError, type Redactor } from '../text/redactor.ts'
import { describeError, errorInfo } from '../text/thrown.ts'
import { attachTo, detach } from './attached.ts'
import { runInfoOf } from './base-run.ts'
import { checkCallback } from './callback-check.ts'
import { Contexts } from './contexts.ts'
import { Dispatcher } from './dispatcher.ts'
import { Guard } from './guard.ts'
import { attach, createHooks, stopStarted } from './hooks.ts'
import { PendingWork } from './pending-work.ts'
import { Recorders } from './recorders.ts'
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
  readonly #parts: RunOptions
  readonly #contexts: Contexts
  #info: InitInfo
  #placements: readonly Placement[] = []
  #run: ActiveRun | undefined
  readonly #attached: Callback[] = []
  /** Does in the run what callbacks ask for. Before there is one, contexts refuse, and hosts ask for nothing. */
  readonly #act: HostActions = {
    raise: (alert) => this.#run?._raise(redactAlert(alert, this.#options.redactor)),
    log: (data, step) => this.#run?.log(data, step),
    requestStop: (reason, name) => this.#run?._requestStop(reason, name),
    count: (report) => this.#parts.guard.count(report),
    redactRules: () => this.#options.redactor.sent,
  }

  constructor(options: StartOptions) {
    const { info, callbacks, report, clock, redactor, delivery, callbackTimeout: timeout, finishTimeout } = options
    const halt = new AbortController()
    const pending = new PendingWork((name, error) => guard.failed(name, 'waitUntil', error))
    const outbox = new Outbox({ part: '', ...deliveryTimes(finishTimeout), ...delivery, report, holds: false })
    const contexts = new Contexts({
      place: 'live',
      report,
      clock,
      redactor,
      config: options.config.view,
      signal: halt.signal,
      waitUntil: (name, work) => pending.add(name, work),
      deliver: ({ name }, message, key) => {
        outbox.post(name, key, message)
        pending.add(name, outbox.settled(name))
      },
    })
    const guard: Guard = new Guard({ report, timeout, contexts })
    const dispatcher = new Dispatcher(createHooks(guard, report, redactor), guard, report)
    const recorders = new Recorders(callbacks, guard, report)
    this.#options = options
    const ended: RunOptions['ended'] = (run) => {
      this.#detachAll()
      options.ended(run)
    }
    this.#parts = {
      ...options,
      ended,
      guard,
      dispatcher,
      recorders,
      pending,
      outbox,
      halt,
      stalls: new StallDetector(clock),
    }
    this.#contexts = contexts
    this.#info = info
  }

  async run(): Promise<ActiveRun> {
    const { report, runtime } = this.#options
    let run: ActiveRun
    try {
      await this.#attachAll()
      run = await this.#begin()
    } catch (error) {
      this.#detachAll()
      throw error
    }
    try {
      for (const news of runtime(run.dir)) run._inform(news)
    } catch (error) {
      report('warn', `What the run knows of its machine cannot be recorded: ${describeError(error)}`)
    }
    this.#parts.stalls.handOver()
    return run
  }

  async #attachAll(): Promise<void> {
    const { callbacks, report } = this.#options
    const { guard, dispatcher, outbox } = this.#parts
    for (const callback of callbacks) {
      checkCallback(callback, report)
      guard.enroll(callback)
      attachTo(callback, this.#info.id)
      this.#attached.push(callback)
    }
    this.#placements = await placementsOf(callbacks, this.#act, this.#options.redactor)
    for (const [index, callback] of callbacks.entries()) {
      const { name, optional } = callback
      const lives = this.#placements[index]!.place === 'live'
      try {
        attach(dispatcher.hooks, callback, this.#contexts, lives ? undefined : BEFORE_RUN)
        if (callback.send && lives)
          outbox.channel(name, (message, attempt) => callback.send!(message as never, attempt))
      } catch (error) {
        if (optional !== true) throw error
        report('error', describeError(error))
      }
    }
  }

  #detachAll(): void {
    for (const callback of this.#attached) detach(callback)
  }

  /** Lets everybody answer `onInit`, makes the run that comes of it, and calls every `onRun`. */
  async #begin(): Promise<ActiveRun> {
    const { hooks } = this.#parts.dispatcher
    const release = onProcessExit((code) => void this.#stopAll(new Error(`the process exited with code ${code}`)))
    let run: ActiveRun
    try {
      const { config } = this.#info
      this.#info = await hooks.init.promise(this.#info)
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
    const { id, logdir, resume, resumed, earlier = [] } = this.#info
    if (resume === 'must' && !resumed)
      throw new SwanLabError(
        'RESUME_FAILED',
        `"resume" is "must", but no run with id ${id} ${logdir ? `is in ${logdir}` : 'was found'}. Use "allow" to start it when it does not exist.`,
      )
    const line = this.#restore(earlier)
    const info = this.#parts.dispatcher.hooks.open.call(this.#runInfo())
    const run = new ActiveRun(info, this.#parts, line)
    this.#contexts.open({
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
    this.#options.started(run)
    return run
  }

  /** Takes back what earlier parts of the run had recorded. @returns number of the last line of its terminal. */
  #restore(earlier: readonly Iterable<EarlierRecord>[]): number {
    const { parser, config } = this.#options
    let line = 0
    for (const records of earlier) {
      for (const record of records) {
        if (record.type === 'config') config.restore(record.config)
        else if (record.type === 'console') line = Math.max(line, record.line)
        else parser.restore(record)
      }
    }
    return line
  }

  /** The run will not start after all. */
  async #stopAll(error: unknown): Promise<void> {
    const { clock, redactor } = this.#options
    const { guard, dispatcher } = this.#parts
    const reason = redactError(errorInfo(error), redactor)
    const ending = { state: 'aborted', cause: { type: 'reported' }, error: reason } as const
    const totals = { steps: 0, summary: Object.freeze({}), losses: {}, callbacks: guard.reports() }
    await stopStarted(dispatcher.hooks, guard, outcomeOf(ending, this.#runInfo(), totals, clock()))
  }

  #runInfo(): RunInfo {
    return runInfoOf(this.#info, this.#options.config.snapshot(), this.#placements)
  }
}

/**
 * How long messages are tried here: a little less than the end waits for them, to say what was not delivered; and each
 * attempt no longer than half of that, so that one which hangs leaves time for the news of the end.
 */
function deliveryTimes(finishTimeout: number): { budget: number; attemptTime: number } {
  const budget = finishTimeout - Math.min(1_000, finishTimeout / 10)
  return { budget, attemptTime: Math.min(LONGEST_ATTEMPT, budget / 2) }
}

/** Asks the hosts among the callbacks which of the others they drive. */
async function placementsOf(
  callbacks: readonly Callback[],
  act: HostActions,
  { text }: Redactor,
): Promise<readonly Placement[]> {
  const placements = new Map<string, Placement>()
  for (const host of callbacks) {
    if (host.adopt === undefined) continue
    const others = callbacks.filter(({ name }) => name !== host.name && placements.get(name)?.place !== 'resident')
    for (const { reason, ...placement } of await host.adopt(others, act))
      placements.set(placement.name, { ...placement, ...(reason !== undefined && { reason: text(reason, 'message') }) })
  }
  return callbacks.map(({ name }) => Object.freeze(placements.get(name) ?? { name, place: 'live' as const }))
}
