import type { AlertOptions } from '../contract/alert.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { RunHooks } from '../contract/hooks.ts'
import type {
  Alert,
  ConsoleLine,
  LogRecord,
  MediaRecord,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from '../contract/payloads.ts'
import type { LogOptions } from '../contract/run.ts'
import { deepFreeze } from '../data/frozen.ts'
import type { ParsedLog } from '../data/parser.ts'
import { watchEndings } from '../endings/endings.ts'
import { endingOf, failureOf, type Ending } from '../endings/outcome.ts'
import { redactRuntime } from '../text/redact-payloads.ts'
import { parseAlert } from './alert.ts'
import { BaseRun } from './base-run.ts'
import type { Dispatcher } from './dispatcher.ts'
import { gatherOutcome, reportEnd, settlePending } from './end-of-run.ts'
import { LastLines } from './last-lines.ts'
import type { RunOptions } from './run-options.ts'
import { callRecorders } from './taps.ts'

const NO_MEDIA: readonly MediaRecord[] = []

/** The run that `init` answers with, in every mode that records. */
export class ActiveRun<C extends object = Record<string, unknown>> extends BaseRun<C> {
  readonly hooks: RunHooks
  readonly #options: RunOptions
  readonly #dispatcher: Dispatcher
  readonly #lines = new LastLines()
  readonly #raised = new Set<string>()
  readonly #stop = new AbortController()
  readonly #unwatch: () => void
  #line: number
  #failure: RunFailure | undefined
  #ending: Promise<Outcome> | undefined
  #closed = false
  #reportedClosed = false

  /** @param line - Number of the last line of the terminal in earlier parts of the run. */
  constructor(info: RunInfo, options: RunOptions, line: number) {
    super(info, options.config)
    this.hooks = options.callbacks.hooks
    this.#options = options
    this.#dispatcher = options.callbacks.dispatcher
    this.#line = line
    this.#unwatch = watchEndings(this, options.stalls)
    options.config.onChange(() => this.#flushConfig())
    this.#dispatcher.afterEach = () => this.#flushConfig()
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  log(data: object, stepOrOptions?: number | LogOptions): void {
    // A run takes what comes until every callback has been called with its end: a signal does not stop a training at once.
    if (this.#closed) return this.#reportClosed('log()')
    const { parser, stalls, clock } = this.#options
    const dispatcher = this.#dispatcher
    const options = typeof stepOrOptions === 'object' && stepOrOptions !== null ? stepOrOptions : undefined
    const time = clock()
    stalls.passed(time)
    this.#flushConfig()
    const parsed = parser.parse(data, options ? options.step : stepOrOptions, time, dispatcher.hasListeners('metric'))
    if (parsed === undefined) return
    const { record, columns, media, metrics } = parsed
    let stored = NO_MEDIA
    if (columns.length === 0 && media.length === 0 && metrics.length === 0) dispatcher.emit('log', record)
    else stored = this.#emitAll(parsed)
    if (options?.printToConsole) printRecord(record, stored)
  }

  alert(options: AlertOptions): void {
    if (this.#closed) return this.#reportClosed('alert()')
    const { clock, report, redactor } = this.#options
    const alert = parseAlert(options, clock(), redactor)
    if (typeof alert === 'string') report('error', alert)
    else this._raise(alert)
  }

  async finish(options: FinishOptions = {}): Promise<Outcome> {
    const ending = this._end(endingOf(options))
    return this._outcome !== undefined && this._currentListener !== undefined ? this._outcome : ending
  }

  /** @internal Calls `onRun` of every callback. */
  _begin(): Promise<void> {
    return this.#dispatcher.emitAwaited('run', this._info())
  }

  /** @internal Something the run learnt about itself or its machine. */
  _inform(info: RuntimeInfo): void {
    if (this.#closed) return
    this.#dispatcher.emit('runtimeInfo', deepFreeze(redactRuntime(info, this.#options.redactor)))
  }

  /** @internal The program wrote a line to its terminal, from which everything has been taken out. */
  _console(written: Omit<ConsoleLine, 'line'>): void {
    if (this.#closed) return
    const line = Object.freeze({ line: ++this.#line, ...written })
    this.#lines.add(line)
    callRecorders(this.hooks, 'console', line)
  }

  /** @internal An alert; one with an id is raised once: a background process that was restarted may bring it again. */
  _raise(alert: Alert): void {
    if (this.#closed) return this.#reportClosed('alert()')
    if (alert.id !== undefined) {
      if (this.#raised.has(alert.id)) return
      this.#raised.add(alert.id)
    }
    this.#flushConfig()
    this.#dispatcher.emit('alert', alert)
  }

  /** @internal A callback that was to be driven elsewhere is driven in this process. */
  _fallBack(reason: string, name: string): void {
    this._place({ name, place: 'live', reason })
  }

  /** @internal A callback asks the training to stop. */
  _requestStop(reason: string, name: string): void {
    if (this.#stop.signal.aborted) return
    const request = new Error(`Callback "${name}" asks the training to stop: ${reason}`)
    this.#options.report('info', `${request.message}. run.signal is aborted.`)
    this.#stop.abort(request)
  }

  /** @internal Puts the end on record, and leaves the rest to {@link _end} or {@link _endNow}. */
  _conclude(ending: Ending): void {
    if (!this.#closed && this._outcome === undefined) this.#conclude(ending)
  }

  /** @internal Ends the run, whoever found out that it has. Never rejects. */
  _end(ending: Ending): Promise<Outcome> {
    this.#ending ??= this.#dispatchEnd(this._outcome ?? this.#conclude(ending))
    return this.#ending
  }

  /** @internal Ends the run in this very turn, for a process that is about to be gone. */
  _endNow(ending: Ending): void {
    if (this.#closed) return
    const { callbacks, report } = this.#options
    const outcome = this._outcome ?? this.#conclude(ending)
    this.#ending ??= Promise.resolve(outcome)
    this.#dispatcher.emitEndNow(this.#failure, outcome)
    this.#close()
    reportEnd(report, this.#gather(outcome), [...callbacks.guard.unfinished(), ...callbacks.pending.names])
  }

  /** @internal The callback and moment that the code which asks belongs to. */
  get _currentListener(): string | undefined {
    return this.#options.callbacks.guard.currentListener
  }

  /** @returns the media that could be stored. */
  #emitAll({ record, columns, media, metrics }: ParsedLog): readonly MediaRecord[] {
    const dispatcher = this.#dispatcher
    // Before anybody gets them: their files are there when their records are.
    const stored = media.flatMap((draft) => this.#options.recorders.store(draft) ?? [])
    dispatcher.together(() => {
      for (const column of columns) dispatcher.emit('column', column)
      dispatcher.emit('log', record)
      for (const metric of metrics) dispatcher.emit('metric', metric)
      for (const one of stored) dispatcher.emit('media', one)
    })
    return stored
  }

  /** Puts the end on record. From here on callbacks get nothing before they get the end. */
  #conclude(ending: Ending): Outcome {
    this.#dispatcher.hold()
    this.#options.flush?.()
    this.#flushConfig()
    const outcome = this.#gather(ending)
    this._outcome = outcome
    this.#failure = failureOf(outcome)
    if (this.#failure) callRecorders(this.hooks, 'error', this.#failure)
    callRecorders(this.hooks, 'finish', outcome)
    return outcome
  }

  async #dispatchEnd(outcome: Outcome): Promise<Outcome> {
    const { callbacks, report } = this.#options
    callbacks.outbox.runEnded()
    if (this.#failure) await this.#dispatcher.emitAwaited('error', this.#failure)
    await this.#dispatcher.emitAwaited('finish', outcome)
    await settlePending(this.#options, () => this.#closed)
    const last = this.#gather(outcome)
    if (!this.#closed) {
      this.#close()
      reportEnd(report, last, [])
    }
    return Object.freeze({ ...outcome, run: last.run, callbacks: last.callbacks, losses: last.losses })
  }

  #close(): void {
    const { callbacks, flush, ended } = this.#options
    flush?.()
    this.#flushConfig()
    this.#closed = true
    callbacks.close()
    this.#unwatch()
    callbacks.outbox.stop()
    ended(this)
  }

  #flushConfig(): void {
    const config = this.#options.config.takeChange()
    if (config !== undefined) this._inform({ config })
  }

  #gather(ending: Ending): Outcome {
    return gatherOutcome(ending, this._info(), this.#lines.list, this.#options)
  }

  #reportClosed(what: string): void {
    if (this.#reportedClosed) return
    this.#reportedClosed = true
    this.#options.report('error', `${what} came after the end of run ${this.id}, which records nothing more.`)
  }
}

function printRecord({ data }: LogRecord, media: readonly MediaRecord[]): void {
  console.log(media.length === 0 ? data : { ...data, ...Object.fromEntries(media.map((one) => [one.key, one.data])) })
}
