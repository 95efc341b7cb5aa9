import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import type { Backend } from './backend.ts'
import type { Config, ConfigStore } from './config.ts'
import type { Emitter } from './emitter.ts'
import { SwanLabError } from './error.ts'
import type { Guard } from './guard.ts'
import { callNow, type RunHooks } from './hooks.ts'
import type { Intake } from './intake.ts'
import { failureOf, outcomeOf, type Verdict } from './outcome.ts'
import type { Alert, AlertLevel, Mode, Outcome, Placement, RunInfo, RunState, RuntimeInfo } from './payloads.ts'
import { publicInfo, type PublicInfo } from './public-info.ts'
import type { Report } from './reporter.ts'
import { errorInfo } from './thrown.ts'
import type { Turns } from './turns.ts'

/** Second argument of {@link Run.log} when more than a step is to be said. */
export interface LogOptions {
  /** Whole number from 0 to 2^47. Default: one more than the highest step of the run. */
  step?: number | undefined
  /** Print what was recorded on standard output. Default: false. */
  printToConsole?: boolean | undefined
}

/** What {@link Run.alert} takes. */
export interface AlertOptions {
  title: string
  text?: string | undefined
  /** Default: `info`. */
  level?: AlertLevel | undefined
  step?: number | undefined
  /** Name of the rule that raised it. */
  rule?: string | undefined
}

/** What {@link Run.finish} takes. */
export interface FinishOptions {
  /** Default: `finished`, or `crashed` when an `error` is given. */
  state?: Outcome['state'] | undefined
  /** What went wrong; anything that can be thrown. */
  error?: unknown
}

/** @internal What a run is put together from. */
export interface RunParts {
  readonly info: RunInfo
  readonly config: ConfigStore
  readonly backend: Backend
  readonly backendHooks: RunHooks
  readonly hooks: RunHooks
  readonly emitter: Emitter
  readonly guard: Guard
  readonly intake: Intake
  readonly turns: Turns
  readonly clock: () => number
  readonly report: Report
}

/** Which run's callbacks are hearing its end, in this asynchronous context. */
const endingOf = new AsyncLocalStorage<object>()

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
  #ending: Promise<Outcome> | undefined
  #closed = false
  #toldClosed = false
  #onClosed = (): void => {}

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
  }

  get state(): RunState {
    return this.#outcome?.state ?? 'running'
  }

  /** What may be shown to anybody. Source: `SwanLabRun.public`. */
  get public(): PublicInfo {
    return publicInfo(this.#parts.info)
  }

  /**
   * Records scalars. Returns when the record is out of this process's hands, and never throws for bad data: what cannot
   * be recorded is reported once a key and counted in the {@link Outcome}.
   *
   * @param data - Numbers by key: numbers, booleans, bigints, numeric strings, and objects that hold one number
   *   (`valueOf`, `toJSON`, `item()`, `dataSync()`, typed arrays of length 1). Nested objects are flattened with "/".
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
    if (this.#closed) return this.#tellClosed('log()')
    const options = typeof stepOrOptions === 'object' && stepOrOptions !== null ? stepOrOptions : undefined
    const time = parts.clock()
    parts.turns.passed(time)
    this._flushConfig()
    const record = parts.intake.accept(data, options ? options.step : stepOrOptions, time)
    if (record === undefined) return
    const columns = parts.intake.takeNewColumns()
    const metrics = parts.emitter.hears('metric') ? parts.intake.metricsOf(record) : undefined
    for (const column of columns) parts.emitter.emit('column', column)
    parts.emitter.emit('log', record)
    if (metrics !== undefined) for (const metric of metrics) parts.emitter.emit('metric', metric)
    if (options?.printToConsole) console.log(record.data)
  }

  /** Tells every callback something that somebody should read; notifiers send it. Never throws. */
  alert(options: AlertOptions): void {
    const { emitter, clock, backend, report } = this.#parts
    if (backend.silent) return
    if (this.#closed) return this.#tellClosed('alert()')
    const alert = alertOf(options, clock())
    if (typeof alert === 'string') return report('error', alert)
    this._flushConfig()
    emitter.emit('alert', alert)
  }

  /**
   * Ends the run and waits until every callback has heard of it, each within its own deadline. Calling it again answers
   * the same; calling it from inside a callback that hears the end answers at once.
   */
  finish(options: FinishOptions = {}): Promise<Outcome> {
    if (this.#outcome && endingOf.getStore() === this) return Promise.resolve(this.#outcome)
    const { state = options.error === undefined ? 'finished' : 'crashed', error } = options
    if (!['finished', 'crashed', 'aborted'].includes(state))
      return Promise.reject(
        new SwanLabError('INVALID_OPTION', `finish: "state" takes "finished", "crashed" or "aborted", but got "${String(state)}".`),
      )
    return this._end({
      state,
      ...(error === undefined ? {} : { error: errorInfo(error) }),
      ...(state === 'finished' ? {} : { cause: { type: 'reported' } as const }),
    })
  }

  /** Ends the run at the end of an `await using` block, as `finish()` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.finish().then(() => undefined)
  }

  /** @internal Something the run learnt about itself or its machine. */
  _inform(info: RuntimeInfo): void {
    if (!this.#parts.backend.silent && !this.#closed) this.#parts.emitter.emit('runtimeInfo', Object.freeze(info))
  }

  /** @internal Records changes of the configuration that nobody has heard yet. */
  _flushConfig(): void {
    const config = this.#parts.config.takeChange()
    if (config !== undefined) this._inform({ config })
  }

  /** @internal Ends the run, whoever found out that it has. */
  _end(verdict: Verdict): Promise<Outcome> {
    this.#ending ??= this.#tellEnd(this.#conclude(verdict))
    return this.#ending
  }

  /** @internal Ends the run in this very turn, for a process that is about to be gone. */
  _endNow(verdict: Verdict): void {
    if (this.#outcome !== undefined) return
    const { emitter, hooks, guard, report } = this.#parts
    emitter.flush()
    const outcome = this.#conclude(verdict)
    this.#ending = Promise.resolve(outcome)
    const failure = failureOf(outcome)
    if (failure) callNow(hooks, 'error', failure)
    callNow(hooks, 'finish', outcome)
    // What carries our own name works on elsewhere, and is not the user's to hear of.
    const late = guard.unfinished().filter((label) => !label.startsWith('swanlab:'))
    if (late.length > 0) report('warn', `The process ended before these callbacks were done: ${late.join(', ')}.`)
    this.#close()
  }

  /** @internal Calls `listener` when the run has ended and everybody has heard of it. */
  _onClosed(listener: () => void): void {
    this.#onClosed = listener
  }

  /** @internal For whoever must explain a `process.exit`. */
  get _inside(): string | undefined {
    return this.#parts.guard.inside
  }

  #conclude(verdict: Verdict): Outcome {
    this._flushConfig()
    const outcome = this.#gather(verdict)
    this.#outcome = outcome
    callNow(this.#parts.backendHooks, 'finish', outcome)
    return outcome
  }

  async #tellEnd(outcome: Outcome): Promise<Outcome> {
    const { hooks, report } = this.#parts
    const failure = failureOf(outcome)
    await endingOf.run(this, async () => {
      if (failure) await hooks.error.promise(failure)
      await hooks.finish.promise(outcome)
    })
    this.#close()
    const { callbacks, losses } = this.#gather(outcome)
    for (const { name, failures, disabled } of callbacks)
      if (failures > 0) report('warn', `Callback "${name}" failed ${failures} times${disabled ? ' and was switched off' : ''}.`)
    if (losses.records) report('warn', `${losses.records} records could not be written.`)
    return Object.freeze({ ...outcome, callbacks, losses })
  }

  #close(): void {
    this._flushConfig()
    this.#closed = true
    this.#onClosed()
  }

  #gather(verdict: Verdict): Outcome {
    const { info, config, intake, guard, backend, clock } = this.#parts
    const run = Object.freeze({ ...info, config: config.snapshot() })
    const { state, error, cause } = verdict
    return outcomeOf({ state, ...(error && { error }), ...(cause && { cause }) }, { run, intake, guard, lost: backend.lost?.() ?? 0 }, clock())
  }

  #tellClosed(what: string): void {
    if (this.#toldClosed) return
    this.#toldClosed = true
    this.#parts.report('error', `${what} after finish(): run ${this.id} has ended and records nothing more.`)
  }
}

/** The alert, or what is wrong with it. */
function alertOf(options: AlertOptions, time: number): Alert | string {
  const { title, text = '', level = 'info', step, rule } = options ?? {}
  if (typeof title !== 'string' || title.trim() === '') return 'alert: "title" takes a non-empty string. Ignored.'
  if (!['info', 'warn', 'error'].includes(level))
    return `alert: "level" takes "info", "warn" or "error", but got ${inspect(level)}. Ignored.`
  return Object.freeze({
    title: title.trim().slice(0, 256),
    text: String(text).slice(0, 8_192),
    level,
    time,
    ...(step === undefined ? {} : { step }),
    ...(rule === undefined ? {} : { rule }),
  })
}
