import { alertOf, type AlertOptions } from './alert.ts'
import type { Config } from './config.ts'
import { reportEnd } from './end-report.ts'
import { verdictOf, type FinishOptions } from './finish-options.ts'
import { deepFreeze } from './frozen.ts'
import { tellRest, type RunHooks } from './hooks.ts'
import type { MediaDraft } from './media.ts'
import { failureOf, outcomeOf, type Verdict } from './outcome.ts'
import type {
  Alert,
  CallbackReport,
  ConsoleLine,
  LogRecord,
  MediaRecord,
  Mode,
  Outcome,
  Placement,
  RunFailure,
  RunState,
  RuntimeInfo,
} from './payloads.ts'
import { publicInfo, type PublicInfo } from './public-info.ts'
import { redactError } from './redactor.ts'
import type { RunParts } from './run-parts.ts'

const NO_MEDIA: readonly MediaRecord[] = []

/** Second argument of {@link Run.log} when more than a step is to be said. */
export interface LogOptions {
  /** Whole number from 0 to 2^47. Default: one more than the highest step of the run. */
  step?: number | undefined
  /** Print what was recorded on standard output; of media, the paths of their files. Default: false. */
  printToConsole?: boolean | undefined
}

/** A run that is being recorded. Made by `init`. */
export class Run<C extends object = Record<string, unknown>> {
  readonly id: string
  readonly project: string
  readonly workspace: string | undefined
  readonly experimentName: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly mode: Mode
  /** Absolute path of the run folder; absent when nothing is recorded on this machine. */
  readonly dir: string | undefined
  readonly url: string | undefined
  readonly projectUrl: string | undefined
  /** Readable and writable; every change is recorded. */
  readonly config: Config<C>
  /** The moments of this run as tapable hooks. Every tap runs inside the guard. */
  readonly hooks: RunHooks
  /** Where each callback lives, in the order in which they were given. */
  readonly callbacks: readonly Placement[]
  readonly #parts: RunParts
  #outcome: Outcome | undefined
  #failure: RunFailure | undefined
  #ending: Promise<Outcome> | undefined
  #closed = false
  #toldClosed = false
  #onClosed = (): void => {}
  readonly #raised = new Set<string>()

  /** @internal Use `init`. */
  constructor(parts: RunParts) {
    const { info } = parts
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
    this.config = parts.config.view as Config<C>
    this.hooks = parts.hooks
    this.callbacks = info.callbacks
    this.#parts = parts
    parts.config.onChange(() => this.#flushConfig())
    parts.emitter.afterEach = () => this.#flushConfig()
  }

  get state(): RunState {
    return this.#outcome?.state ?? 'running'
  }

  /** What may be shown to anybody. Source: `SwanLabRun.public`. */
  get public(): PublicInfo {
    return publicInfo(this.#parts.info)
  }

  /**
   * Records numbers and media. Returns when the record is out of this process's hands, and never throws for bad data:
   * what cannot be recorded is reported once a key and counted in the {@link Outcome}.
   *
   * @param data - Numbers by key: numbers, booleans, bigints, numeric strings, and objects that hold one number
   *   (`valueOf`, `toJSON`, `item()`, `dataSync()`, typed arrays of length 1). Media (`Image`, `Text`,
   *   `Audio`, …) and lists of one kind of them, 108 at most; each is a file of at most 100 MiB, written before this
   *   returns, and a key holds numbers or one kind of media. Nested objects are flattened with "/".
   * @param stepOrOptions - The step, or {@link LogOptions}.
   *
   * @example
   * ```ts
   * run.log({ loss: 0.12, train: { acc: 0.98 } })
   * run.log({ 'eval/acc': 0.97 }, 400)
   * ```
   */
  log(data: object, stepOrOptions?: number | LogOptions): void {
    const parts = this.#parts
    if (parts.backend.silent) return
    // A run takes what comes until everybody has heard of its end: a signal does not stop a training at once.
    if (this.#closed) return this.#tellClosed('log()')
    const options = typeof stepOrOptions === 'object' && stepOrOptions !== null ? stepOrOptions : undefined
    const time = parts.clock()
    parts.turns.passed(time)
    this.#flushConfig()
    const record = parts.intake.accept(data, options ? options.step : stepOrOptions, time)
    if (record === undefined) return
    const columns = parts.intake.takeNewColumns()
    const media = this.#keep(parts.intake.takeMedia())
    const metrics = parts.emitter.hears('metric') ? parts.intake.metricsOf(record) : undefined
    if (columns.length === 0 && media.length === 0 && metrics === undefined) parts.emitter.emit('log', record)
    else
      parts.emitter.emitAll([
        ...columns.map((payload) => ({ hook: 'column', payload }) as const),
        { hook: 'log', payload: record },
        ...(metrics ?? []).map((payload) => ({ hook: 'metric', payload }) as const),
        ...media.map((payload) => ({ hook: 'media', payload }) as const),
      ])
    if (options?.printToConsole) console.log(inOne(record, media))
  }

  /** Tells every callback something that somebody should read; notifiers send it. Never throws. */
  alert(options: AlertOptions): void {
    const { emitter, clock, backend, report, redactor } = this.#parts
    if (backend.silent) return
    if (this.#closed) return this.#tellClosed('alert()')
    const alert = alertOf(options, clock(), redactor)
    if (typeof alert === 'string') return report('error', alert)
    this.#flushConfig()
    emitter.emit('alert', alert)
  }

  /** @internal How callbacks fared in the background process. */
  _count(reports: readonly CallbackReport[]): void {
    for (const report of reports) this.#parts.guard.count(report)
  }

  /** @internal An alert that a callback raised. Once: a background process that was restarted may bring it again. */
  _raise(alert: Alert): void {
    const { emitter, backend } = this.#parts
    if (backend.silent) return
    if (this.#closed) return this.#tellClosed('alert()')
    if (alert.id !== undefined) {
      if (this.#raised.has(alert.id)) return
      this.#raised.add(alert.id)
    }
    this.#flushConfig()
    emitter.emit('alert', alert)
  }

  /**
   * Ends the run and waits until every callback has heard of it, each within its own deadline. Calling it again answers
   * the same. Called from inside a callback it answers at once, with what is known by then: a callback cannot wait for
   * itself.
   *
   * @throws SwanLabError `INVALID_OPTION`; the run goes on.
   */
  async finish(options: FinishOptions = {}): Promise<Outcome> {
    const ending = this._end(verdictOf(options))
    return this.#outcome !== undefined && this._inside !== undefined ? this.#outcome : ending
  }

  /** Ends the run at the end of an `await using` block, as `finish()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish()
  }

  /** @internal Tells everybody that the run has started. */
  async _begin(): Promise<void> {
    const { info, config, backendHooks, emitter } = this.#parts
    const heard = Object.freeze({ ...info, config: config.snapshot() })
    await Promise.all([tellRest(backendHooks, 'run', heard), emitter.tell('run', heard)])
  }

  /** @internal Something the run learnt about itself or its machine. */
  _inform(info: RuntimeInfo): void {
    if (this.#parts.backend.silent || this.#closed) return
    const { emitter, redactor } = this.#parts
    const { metadata, requirements } = info
    const redacted = {
      ...info,
      ...(metadata && { metadata: redactor.json(metadata) }),
      ...(requirements !== undefined && { requirements: redactor.text(requirements) }),
    }
    emitter.emit('runtimeInfo', deepFreeze(redacted))
  }

  /** @internal The program wrote a line to its terminal. No callback hears of it: what it writes would be a line again. */
  _console(line: Omit<ConsoleLine, 'line'>): void {
    if (this.#closed) return
    const { backend, redactor } = this.#parts
    backend.console?.({ ...line, text: redactor.text(line.text) })
  }

  /** @internal Ends the run, whoever found out that it has. Never rejects. */
  _end(verdict: Verdict): Promise<Outcome> {
    this.#ending ??= this.#tellEnd(this.#conclude(verdict))
    return this.#ending
  }

  /** @internal Ends the run in this very turn, for a process that is about to be gone. */
  _endNow(verdict: Verdict): void {
    if (this.#closed) return
    const { emitter, guard, report } = this.#parts
    const outcome = this.#outcome ?? this.#conclude(verdict)
    this.#ending ??= Promise.resolve(outcome)
    emitter.tellEndNow(this.#failure, outcome)
    this.#close()
    reportEnd(report, this.#gather(outcome), guard.unfinished())
  }

  /** @internal Calls `listener` when the run has ended and everybody has heard of it. */
  _onClosed(listener: () => void): void {
    this.#onClosed = listener
  }

  /** @internal The callback and moment that the code which asks belongs to. */
  get _inside(): string | undefined {
    return this.#parts.guard.inside
  }

  /** Puts the end into words and on record. From here on callbacks hear nothing before they hear of it. */
  #conclude(verdict: Verdict): Outcome {
    const { emitter, backendHooks, flush } = this.#parts
    emitter.hold()
    flush?.()
    this.#flushConfig()
    const outcome = this.#gather(verdict)
    this.#outcome = outcome
    this.#failure = failureOf(outcome)
    void tellRest(backendHooks, 'finish', outcome)
    return outcome
  }

  async #tellEnd(outcome: Outcome): Promise<Outcome> {
    const { emitter, report } = this.#parts
    if (this.#failure) await emitter.tell('error', this.#failure)
    await emitter.tell('finish', outcome)
    const last = this.#gather(outcome)
    if (!this.#closed) {
      this.#close()
      reportEnd(report, last, [])
    }
    return Object.freeze({ ...outcome, callbacks: last.callbacks, losses: last.losses })
  }

  #close(): void {
    this.#parts.flush?.()
    this.#flushConfig()
    this.#closed = true
    this.#parts.backend.close?.()
    this.#onClosed()
  }

  #flushConfig(): void {
    const config = this.#parts.config.takeChange()
    if (config !== undefined) this._inform({ config })
  }

  #gather({ state, error, cause }: Verdict): Outcome {
    const { info, config, intake, guard, backend, clock, redactor } = this.#parts
    const run = Object.freeze({ ...info, config: config.snapshot() })
    const verdict = { state, ...(error && { error: redactError(error, redactor) }), ...(cause && { cause }) }
    const { lastLines } = backend
    return outcomeOf(verdict, { run, intake, guard, lost: backend.lost?.() ?? 0, lastLines }, clock())
  }

  /** Before anybody hears of them: their files are there when their records are. */
  #keep(drafts: readonly MediaDraft[]): readonly MediaRecord[] {
    if (drafts.length === 0) return NO_MEDIA
    const { backend } = this.#parts
    return drafts.flatMap((draft) => deepFreeze(backend.keep?.(draft)) ?? [])
  }

  #tellClosed(what: string): void {
    if (this.#toldClosed) return
    this.#toldClosed = true
    this.#parts.report('error', `${what} came after the end of run ${this.id}, which records nothing more.`)
  }
}

function inOne({ data }: LogRecord, media: readonly MediaRecord[]): object {
  return media.length === 0 ? data : { ...data, ...Object.fromEntries(media.map((one) => [one.key, one.data])) }
}
