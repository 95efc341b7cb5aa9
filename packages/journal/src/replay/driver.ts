import {
  type Alert,
  type CallbackSet,
  type ConfigSnapshot,
  deepFreeze,
  describeError,
  type Dispatcher,
  type Ending,
  failureOf,
  type HostActions,
  LastLines,
  type LogOptions,
  LogParser,
  type Losses,
  type Outcome,
  outcomeOf,
  type Report,
  type RunInfo,
} from '@swanlab/core/internal'
import type { FinishRecord, JournalRecord, RecordedRun } from '../format/records.ts'

export interface DriverOptions {
  readonly callbacks: CallbackSet
  readonly report: Report
  /** The run folder. */
  readonly dir: string
  /** Does what callbacks ask for. An alert need only be recorded: the driver gives it to all callbacks. */
  readonly act: Pick<HostActions, 'raise' | 'log' | 'requestStop'>
  /** An alert that a callback had raised is in the journal. */
  readonly onRecorded?: (id: string) => void
}

/**
 * Drives callbacks from the records of a journal: the same hooks, in the same order, as in the process that wrote it.
 */
export class Driver {
  readonly #options: DriverOptions
  readonly #dispatcher: Dispatcher
  readonly #parser: LogParser
  #run: RunInfo | undefined
  #config: ConfigSnapshot = {}
  #lastTime = 0
  readonly #lines = new LastLines()
  /** Alerts of callbacks that need not be passed on again: a callback raises one, and then the journal has it, too. */
  readonly #passed = new Set<string>()
  #emitting = true
  #started = false
  outcome: Outcome | undefined

  constructor(options: DriverOptions) {
    this.#options = options
    this.#parser = new LogParser(options.report)
    this.#dispatcher = options.callbacks.dispatcher
  }

  /** While true, records restore state and no hook is called. */
  set restoring(value: boolean) {
    this.#emitting = !value
  }

  /** Time of the latest record, in milliseconds since 1970; 0 when there was none. */
  get lastTime(): number {
    return this.#lastTime
  }

  /** How far the run has come. @param time - When it ended, in milliseconds since 1970. */
  progress(time: number): Pick<FinishRecord, 'duration' | 'steps' | 'lastStep'> {
    const { steps, lastStep } = this.#parser
    return { duration: Math.max(0, time - (this.#run?.startTime ?? time)), steps, lastStep }
  }

  /** @returns a promise when somebody must be waited for before the next record may be fed. */
  feed(record: JournalRecord): Promise<void> | undefined {
    if (record.time > this.#lastTime) this.#lastTime = record.time
    switch (record.type) {
      case 'log':
        return this.#log(record)
      case 'header':
      case 'resume':
        return this.#begin(record.run, record.type === 'resume')
      case 'finish':
        return this.#emitting ? this.#finish(record) : undefined
      case 'config':
        this.#config = record.config
        if (this.#emitting) this.#dispatcher.emit('runtimeInfo', Object.freeze({ config: deepFreeze(record.config) }))
        return undefined
      case 'metadata':
        if (this.#emitting)
          this.#dispatcher.emit('runtimeInfo', Object.freeze({ metadata: deepFreeze(record.metadata) }))
        return undefined
      case 'requirements':
        if (this.#emitting) this.#dispatcher.emit('runtimeInfo', Object.freeze({ requirements: record.requirements }))
        return undefined
      case 'column': {
        this.#parser.restore(record)
        const { type: _, ...column } = record
        if (this.#emitting) this.#dispatcher.emit('column', Object.freeze(column))
        return undefined
      }
      case 'console':
        this.#lines.add(record)
        if (this.#emitting) this.#console(record)
        return undefined
      case 'media': {
        const { type: _, ...media } = record
        if (this.#emitting) this.#dispatcher.emit('media', deepFreeze(media))
        return undefined
      }
      case 'alert': {
        const { type: _, ...alert } = record
        this.#alert(alert)
        return undefined
      }
    }
  }

  /** Ends the run for everybody who listens; the time is that of the last record unless it is known better. */
  async end(ending: Ending, time: number = this.#lastTime, losses: Losses = {}): Promise<Outcome | undefined> {
    if (this.outcome || !this.#run) return this.outcome
    const run = Object.freeze({ ...this.#run, config: deepFreeze(this.#config) })
    const { steps, lastStep } = this.#parser
    const totals = {
      steps,
      lastStep,
      summary: this.#parser.summary(),
      losses,
      lastLines: this.#lines.list,
      callbacks: this.#options.callbacks.guard.reports(),
    }
    const outcome = outcomeOf(ending, run, totals, time)
    this.outcome = outcome
    const failure = failureOf(outcome)
    if (failure) await this.#dispatcher.emitAwaited('error', failure)
    await this.#dispatcher.emitAwaited('finish', outcome)
    return outcome
  }

  #console({ type: _, ...line }: Extract<JournalRecord, { type: 'console' }>): void {
    this.#options.callbacks.hooks.console.call(Object.freeze(line))
  }

  #alert(alert: Alert): void {
    const { id } = alert
    if (id !== undefined) this.#options.onRecorded?.(id)
    if (id !== undefined && this.#passed.has(id)) return
    if (id !== undefined) this.#passed.add(id)
    if (this.#emitting) this.#dispatcher.emit('alert', Object.freeze(alert))
  }

  /** Passed on at once: whoever records it may be busy for hours, or dead. */
  #raise(alert: Alert, name: string): void {
    const { id } = alert
    if (id === undefined || this.#passed.has(id)) return
    this.#passed.add(id)
    this.#options.act.raise(alert, name)
    this.#dispatcher.emit('alert', alert)
  }

  #log(recorded: Extract<JournalRecord, { type: 'log' }>): undefined {
    this.#parser.restore(recorded)
    const { step, time, data } = recorded
    const record = Object.freeze({ step, time, data: Object.freeze(data) })
    if (!this.#emitting) return
    this.#dispatcher.emit('log', record)
    if (this.#dispatcher.hasListeners('metric'))
      for (const metric of this.#parser.metricsOf(record)) this.#dispatcher.emit('metric', metric)
  }

  #begin(recorded: RecordedRun, resumed: boolean): Promise<void> | undefined {
    this.#run = Object.freeze({ ...recorded, resumed, dir: this.#options.dir })
    this.#config = recorded.config
    this.#lines.clear()
    // A run that is driven from its first session on starts once, however often it was continued.
    if (!this.#emitting || this.#started) return undefined
    this.#started = true
    return this.#start(this.#run)
  }

  async #start(run: RunInfo): Promise<void> {
    const { callbacks, report, dir, act } = this.#options
    const { hooks, contexts } = callbacks
    deepFreeze(run)
    try {
      await hooks.init.promise(run)
      hooks.open.call(run)
    } catch (error) {
      // The run goes on without being asked: it has long begun.
      report('error', describeError(error))
    }
    contexts.open({
      startTime: run.startTime,
      dir,
      resumed: run.resumed,
      raise: (alert, name) => this.#raise(alert, name),
      log: (data, options, name) => act.log(data as Record<string, number>, stepOf(options), name),
      requestStop: (reason, name) => act.requestStop(reason, name),
    })
    await this.#dispatcher.emitAwaited('run', run)
  }

  async #finish({ type: _, time, state, error, cause, losses, callbacks }: FinishRecord): Promise<void> {
    if (this.#run && callbacks) this.#run = Object.freeze({ ...this.#run, callbacks: deepFreeze(callbacks) })
    await this.end({ state, ...(error && { error }), ...(cause && { cause }) }, time, losses)
  }
}

function stepOf(options: number | LogOptions | undefined): number | undefined {
  return typeof options === 'object' ? options.step : options
}
