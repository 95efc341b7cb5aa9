import type { AlertOptions } from '../contract/alert.ts'
import type { Config } from '../contract/config.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type {
  Alert,
  ConsoleLine,
  LogRecord,
  MediaRecord,
  Outcome,
  Placement,
  RunFailure,
  RunInfo,
  RunState,
  RuntimeInfo,
} from '../contract/payloads.ts'
import { publicInfo, type PublicInfo } from '../contract/public-info.ts'
import type { LogOptions, Run } from '../contract/run.ts'
import type { RunHooks } from '../contract/hooks.ts'
import type { StallDetector } from '../endings/stall-detector.ts'
import { parseAlert } from './alert.ts'
import type { Dispatcher, Emission } from './dispatcher.ts'
import { gatherOutcome, reportEnd, settlePending, type EndOptions } from './end-of-run.ts'
import { deepFreeze } from '../data/frozen.ts'
import { callRecorders } from './hooks.ts'
import { LastLines } from './last-lines.ts'
import { endingOf, failureOf, type Ending } from '../endings/outcome.ts'
import type { ParsedLog } from '../data/parser.ts'

const NO_MEDIA: readonly MediaRecord[] = []

/** What a run works with. */
export interface RunOptions extends EndOptions {
  readonly dispatcher: Dispatcher
  readonly stalls: StallDetector
}

/** The run that `init` answers with, in every mode that records. */
export class ActiveRun<C extends object = Record<string, unknown>> implements Run<C> {
  readonly id: string
  readonly project: string
  readonly workspace: string | undefined
  readonly experimentName: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly mode: string | undefined
  readonly dir: string | undefined
  readonly url: string | undefined
  readonly projectUrl: string | undefined
  readonly config: Config<C>
  readonly hooks: RunHooks
  readonly callbacks: readonly Placement[]
  readonly #info: RunInfo
  readonly #options: RunOptions
  readonly #lines = new LastLines()
  readonly #raised = new Set<string>()
  readonly #stop = new AbortController()
  #line: number
  #outcome: Outcome | undefined
  #failure: RunFailure | undefined
  #ending: Promise<Outcome> | undefined
  #closed = false
  #reportedClosed = false
  /** @internal Hands over what is still held back, before the end is put on record and once more before nothing can be. */
  _flush: () => void = () => {}
  /** @internal The run has ended, and every callback has been called. */
  _onClosed: () => void = () => {}

  /** @param line - Number of the last line of the terminal in earlier parts of the run. */
  constructor(info: RunInfo, options: RunOptions, line: number) {
    this.id = info.id
    this.project = info.project
    this.workspace = info.workspace
    this.experimentName = info.experimentName
    this.description = info.description
    this.tags = info.tags
    this.mode = info.mode
    this.dir = info.dir
    this.url = info.url
    this.projectUrl = info.projectUrl
    this.config = options.config.view as Config<C>
    this.hooks = options.dispatcher.hooks
    this.callbacks = info.callbacks
    this.#info = info
    this.#options = options
    this.#line = line
    options.config.onChange(() => this.#flushConfig())
    options.dispatcher.afterEach = () => this.#flushConfig()
  }

  get state(): RunState {
    return this.#outcome?.state ?? 'running'
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get public(): PublicInfo {
    return publicInfo(this.#info)
  }

  log(data: object, stepOrOptions?: number | LogOptions): void {
    // A run takes what comes until every callback has been called with its end: a signal does not stop a training at once.
    if (this.#closed) return this.#reportClosed('log()')
    const { dispatcher, parser, stalls, clock } = this.#options
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
    return this.#outcome !== undefined && this._currentListener !== undefined ? this.#outcome : ending
  }

  /** Ends the run at the end of an `await using` block, as `finish()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }

  /** @internal Calls `onRun` of every callback. */
  _begin(): Promise<void> {
    return this.#options.dispatcher.emitAwaited('run', this.#current())
  }

  /** @internal Something the run learnt about itself or its machine. */
  _inform(info: RuntimeInfo): void {
    if (this.#closed) return
    const { dispatcher, redactor } = this.#options
    const { metadata, requirements } = info
    const redacted = {
      ...info,
      ...(metadata && { metadata: redactor.json(metadata) }),
      ...(requirements !== undefined && { requirements: redactor.text(requirements) }),
    }
    dispatcher.emit('runtimeInfo', deepFreeze(redacted))
  }

  /** @internal The program wrote a line to its terminal. */
  _console(written: Omit<ConsoleLine, 'line'>): void {
    if (this.#closed) return
    const text = this.#options.redactor.text(written.text)
    const line = Object.freeze({ line: ++this.#line, ...written, text })
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
    this.#options.dispatcher.emit('alert', alert)
  }

  /** @internal A callback asks the training to stop. */
  _requestStop(reason: string, name: string): void {
    if (this.#stop.signal.aborted) return
    const request = new Error(`Callback "${name}" asks the training to stop: ${reason}`)
    this.#options.report('info', `${request.message}. run.signal is aborted.`)
    this.#stop.abort(request)
  }

  /** @internal Ends the run, whoever found out that it has. Never rejects. */
  _end(ending: Ending): Promise<Outcome> {
    this.#ending ??= this.#dispatchEnd(this.#conclude(ending))
    return this.#ending
  }

  /** @internal Ends the run in this very turn, for a process that is about to be gone. */
  _endNow(ending: Ending): void {
    if (this.#closed) return
    const { dispatcher, guard, pending, report } = this.#options
    const outcome = this.#outcome ?? this.#conclude(ending)
    this.#ending ??= Promise.resolve(outcome)
    dispatcher.emitEndNow(this.#failure, outcome)
    this.#close()
    reportEnd(report, this.#gather(outcome), [...guard.unfinished(), ...pending.names])
  }

  /** @internal The callback and moment that the code which asks belongs to. */
  get _currentListener(): string | undefined {
    return this.#options.guard.currentListener
  }

  /** @returns the media that could be stored. */
  #emitAll({ record, columns, media, metrics }: ParsedLog): readonly MediaRecord[] {
    // Before anybody gets them: their files are there when their records are.
    const stored = media.flatMap((draft) => this.#options.recorders.store(draft) ?? [])
    this.#options.dispatcher.emitAll([
      ...columns.map((payload): Emission => ({ hook: 'column', payload })),
      { hook: 'log', payload: record },
      ...metrics.map((payload): Emission => ({ hook: 'metric', payload })),
      ...stored.map((payload): Emission => ({ hook: 'media', payload })),
    ])
    return stored
  }

  /** Puts the end on record. From here on callbacks get nothing before they get the end. */
  #conclude(ending: Ending): Outcome {
    this.#options.dispatcher.hold()
    this._flush()
    this.#flushConfig()
    const outcome = this.#gather(ending)
    this.#outcome = outcome
    this.#failure = failureOf(outcome)
    if (this.#failure) callRecorders(this.hooks, 'error', this.#failure)
    callRecorders(this.hooks, 'finish', outcome)
    return outcome
  }

  async #dispatchEnd(outcome: Outcome): Promise<Outcome> {
    const { dispatcher, outbox, report } = this.#options
    outbox.runEnded()
    if (this.#failure) await dispatcher.emitAwaited('error', this.#failure)
    await dispatcher.emitAwaited('finish', outcome)
    await settlePending(this.#options, () => this.#closed)
    const last = this.#gather(outcome)
    if (!this.#closed) {
      this.#close()
      reportEnd(report, last, [])
    }
    return Object.freeze({ ...outcome, callbacks: last.callbacks, losses: last.losses })
  }

  #close(): void {
    this._flush()
    this.#flushConfig()
    this.#closed = true
    this.hooks.close.call()
    this._onClosed()
  }

  #flushConfig(): void {
    const config = this.#options.config.takeChange()
    if (config !== undefined) this._inform({ config })
  }

  #current(): RunInfo {
    return Object.freeze({ ...this.#info, config: this.#options.config.snapshot() })
  }

  #gather(ending: Ending): Outcome {
    return gatherOutcome(ending, this.#current(), this.#lines.list, this.#options)
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
