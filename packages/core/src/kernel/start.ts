import type { Callback, HostActions } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'
import type { ConfigStore } from '../contract/config.ts'
import { SwanLabError } from '../contract/error.ts'
import type { ColorPair, EarlierRecord, InitInfo, Placement, RunInfo, RuntimeInfo } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import type { RunHooks } from '../contract/hooks.ts'
import { LONGEST_ATTEMPT, Outbox, type OutboxChannel } from '../delivery/outbox.ts'
import { watchEndings } from '../endings/endings.ts'
import { StallDetector } from '../endings/stall-detector.ts'
import { checkCallback } from './callback-check.ts'
import { Contexts } from './contexts.ts'
import { Dispatcher } from './dispatcher.ts'
import { deepFreeze } from '../data/frozen.ts'
import { Guard } from './guard.ts'
import { attach, createHooks, stopStarted } from './hooks.ts'
import { outcomeOf } from '../endings/outcome.ts'
import type { Parser } from '../data/parser.ts'
import { OPEN, redactError, type Redactor } from '../text/redactor.ts'
import { PendingWork } from './pending-work.ts'
import { Recorders } from './recorders.ts'
import { ActiveRun } from './run.ts'
import { describeError, errorInfo } from '../text/thrown.ts'

/** What a run is started with. */
export interface StartOptions {
  readonly info: InitInfo
  readonly callbacks: readonly Callback[]
  readonly parser: Parser
  readonly config: ConfigStore
  /** What everything goes through before any callback gets it, but for the configuration, which does so itself. */
  readonly redactor?: Redactor | undefined
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly callbackTimeout: number
  /** How long the end waits for work that goes on, in milliseconds. */
  readonly finishTimeout: number
  readonly clock: () => number
  readonly report: Report
  /** What is known of the machine; callbacks get it once the run has started. */
  readonly runtime: (dir: string | undefined) => readonly RuntimeInfo[]
  /** The run exists; no callback's `onRun` has been called. */
  readonly started: (run: ActiveRun) => void
  readonly ended: (run: ActiveRun) => void
}

/** The moments of a callback that lives elsewhere in which it is asked here: there is no run yet. */
const BEFORE_RUN: readonly Moment[] = ['onInit', 'onOpen']
const UNNAMED: ColorPair = ['#528d59', '#528d59']

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
  readonly #guard: Guard
  readonly #hooks: RunHooks
  readonly #contexts: Contexts
  readonly #pending: PendingWork
  readonly #outbox: Outbox
  readonly #channels = new Map<string, OutboxChannel>()
  readonly #halt = new AbortController()
  readonly #stalls: StallDetector
  #info: InitInfo
  #placements: readonly Placement[] = []
  #begun: Promise<void> | undefined
  #run: ActiveRun | undefined

  constructor(options: StartOptions) {
    const { info, report, clock, redactor, callbackTimeout: timeout, finishTimeout: budget } = options
    this.#options = options
    this.#info = info
    this.#stalls = new StallDetector(clock)
    this.#pending = new PendingWork((name, error) => this.#guard.failed(name, 'waitUntil', error))
    this.#outbox = new Outbox({ part: '', ...deliveryTimes(budget), report, holds: false })
    this.#contexts = new Contexts({
      place: 'live',
      report,
      clock,
      redactor,
      signal: this.#halt.signal,
      waitUntil: (name, work) => this.#pending.add(name, work),
      deliver: ({ name }, message, key) => {
        this.#channels.get(name)?.post(key, message)
        this.#pending.add(name, this.#outbox.settled(name))
      },
    })
    this.#guard = new Guard({ report, timeout, contexts: this.#contexts })
    this.#hooks = createHooks(this.#guard, report)
  }

  async run(): Promise<ActiveRun> {
    const { report, runtime } = this.#options
    await this.#attachAll()
    const run = await this.#agree()
    await this.#begun
    try {
      for (const news of runtime(run.dir)) run._inform(news)
    } catch (error) {
      report('warn', `What the run knows of its machine cannot be recorded: ${describeError(error)}`)
    }
    this.#stalls.handOver()
    return run
  }

  async #attachAll(): Promise<void> {
    const { callbacks, report } = this.#options
    for (const callback of callbacks) {
      checkCallback(callback, report)
      this.#guard.enroll(callback)
    }
    this.#placements = await placementsOf(callbacks, this.#hostActions())
    for (const [index, callback] of callbacks.entries()) {
      const lives = this.#placements[index]!.place === 'live'
      try {
        attach(this.#hooks, callback, this.#contexts, lives ? undefined : BEFORE_RUN)
        const { name } = callback
        if (callback.send && lives)
          this.#channels.set(
            name,
            this.#outbox.channel(name, (message, options) => callback.send!(message as never, options)),
          )
      } catch (error) {
        if (callback.optional !== true) throw error
        report('error', describeError(error))
      }
    }
  }

  #hostActions(): HostActions {
    return {
      raise: (alert) => this.#run?._raise(alert),
      log: (data, step) => this.#run?.log(data, step),
      requestStop: (reason, name) => this.#run?._requestStop(reason, name),
      count: (report) => this.#guard.count(report),
    }
  }

  /** Lets everybody answer `onInit`, and makes the run that comes of it. */
  async #agree(): Promise<ActiveRun> {
    const onExit = (code: number): void => void this.#stopAll(new Error(`the process exited with code ${code}`))
    process.prependListener('exit', onExit)
    try {
      this.#info = await this.#hooks.init.promise(this.#info)
      return this.#open()
    } catch (error) {
      await this.#stopAll(error)
      throw error
    } finally {
      process.off('exit', onExit)
    }
  }

  /** From the moment the run folder is open, no ending may miss the run; hence nothing here is awaited. */
  #open(): ActiveRun {
    const { callbacks, config, parser, redactor = OPEN, clock, report, finishTimeout, started, ended } = this.#options
    const { id, logdir, resume, resumed, earlier = [] } = this.#info
    if (resume === 'must' && !resumed)
      throw new SwanLabError(
        'RESUME_FAILED',
        `"resume" is "must", but no run with id ${id} ${logdir ? `is in ${logdir}` : 'was found'}. Use "allow" to start it when it does not exist.`,
      )
    const line = this.#restore(earlier)
    const info = this.#hooks.open.call(this.#complete())
    const run = new ActiveRun(
      info,
      {
        dispatcher: new Dispatcher(this.#hooks, this.#guard, report),
        guard: this.#guard,
        recorders: new Recorders(callbacks, this.#guard, report),
        pending: this.#pending,
        outbox: this.#outbox,
        halt: this.#halt,
        stalls: this.#stalls,
        config,
        parser,
        redactor,
        clock,
        report,
        finishTimeout,
      },
      line,
    )
    this.#contexts.open({
      startTime: info.startTime,
      dir: info.dir,
      resumed: info.resumed,
      raise: (alert) => run._raise(alert),
      log: (data, options) => run.log(data, options),
      requestStop: (reason, name) => run._requestStop(reason, name),
      finish: (options) => run.finish(options),
    })
    const unwatch = watchEndings(run, this.#stalls)
    run._onClosed = () => {
      unwatch()
      this.#outbox.stop()
      ended(run)
    }
    this.#run = run
    started(run)
    this.#begun = run._begin()
    return run
  }

  /** Takes back what earlier parts of the run had recorded. @returns number of the last line of its terminal. */
  #restore(earlier: readonly Iterable<EarlierRecord>[]): number {
    const { parser, config } = this.#options
    let line = 0
    for (const records of earlier) {
      for (const record of records) {
        if (record.type === 'log') parser.restoreLog(record)
        else if (record.type === 'column') parser.restoreColumn(record)
        else if (record.type === 'media') parser.restoreMedia(record)
        else if (record.type === 'step') parser.restoreStep(record.step)
        else if (record.type === 'config') config.restore(record.config)
        else if (record.type === 'console') line = Math.max(line, record.line)
      }
    }
    return line
  }

  async #stopAll(error: unknown): Promise<void> {
    const { clock, redactor = OPEN } = this.#options
    const reason = redactError(errorInfo(error), redactor)
    const ending = { state: 'aborted', cause: { type: 'reported' }, error: reason } as const
    const totals = { steps: 0, summary: Object.freeze({}), losses: {}, callbacks: this.#guard.reports() }
    const outcome = outcomeOf(ending, this.#complete(), totals, clock())
    await stopStarted(this.#hooks, this.#guard, outcome)
  }

  #complete(): RunInfo {
    const { resume: _resume, earlier: _earlier, nameIsDefault: _default, ...info } = this.#info
    return deepFreeze({
      ...info,
      experimentName: info.experimentName ?? info.id,
      colors: info.colors ?? UNNAMED,
      config: this.#options.config.snapshot(),
      callbacks: this.#placements,
    })
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
async function placementsOf(callbacks: readonly Callback[], act: HostActions): Promise<readonly Placement[]> {
  const placements = new Map<string, Placement>()
  for (const host of callbacks) {
    if (host.adopt === undefined) continue
    const others = callbacks.filter(({ name }) => name !== host.name && placements.get(name)?.place !== 'resident')
    for (const placement of await host.adopt(others, act)) placements.set(placement.name, placement)
  }
  return callbacks.map(({ name }) => Object.freeze(placements.get(name) ?? { name, place: 'live' as const }))
}
