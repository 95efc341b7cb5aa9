import { createHash } from 'node:crypto'
import type { AlertOptions } from '../contract/alert.ts'
import type { Callback } from '../contract/callback.ts'
import type { Config } from '../contract/config.ts'
import type { CallbackContext, CallbackPlace, DeliverOptions } from '../contract/context.ts'
import { SwanLabError } from '../contract/error.ts'
import type { FinishOptions } from '../contract/finish-options.ts'
import type { Alert, Outcome } from '../contract/payloads.ts'
import type { Report, ReportLevel } from '../contract/report.ts'
import type { LogOptions, Run } from '../contract/run.ts'
import { parseAlert } from './alert.ts'
import type { CallbackActions } from './current-callback.ts'
import type { Redactor } from '../text/redactor.ts'

/** Alerts that one callback may raise in one run; more than this is a loop somewhere. */
const MAX_ALERTS = 1_000

/** What callbacks of one run act on; each place has its own. */
export interface ContextHost {
  readonly place: CallbackPlace
  readonly report: Report
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly redelivered?: boolean | undefined
  /** What alerts go through. Default: nothing is taken out. */
  readonly redactor?: Redactor | undefined
  /** The configuration of the run, where it can be changed. */
  readonly config?: Config | undefined
  /** Aborts when everything is to stop at once. Default: never. */
  readonly signal?: AbortSignal | undefined
  /** Sees to work that was handed to `waitUntil`. @param name - Of the callback. */
  waitUntil(name: string, work: PromiseLike<unknown>): void
  /** Sees to the delivery of a message. */
  deliver(callback: Callback, message: unknown, key: string): void
}

/** The run behind the contexts, once it has been opened. */
export interface ContextTarget {
  readonly startTime: number
  readonly dir?: string | undefined
  readonly resumed: boolean
  /** Absent: it is not in this process. */
  readonly run?: Run | undefined
  /** @param name - Of the callback that raised it. */
  raise(alert: Alert, name: string): void
  log(data: object, options: number | LogOptions | undefined, name: string): void
  requestStop(reason: string, name: string): void
  /** Absent: the run is not one that can be ended from here. */
  finish?(options?: FinishOptions): Promise<Outcome>
}

const NEVER = new AbortController().signal
const PLACE_DESCRIPTIONS: Readonly<Record<CallbackPlace, string>> = {
  live: 'before the run has started',
  resident: 'in the background process',
  replay: 'in a replay',
}

/** Makes the contexts of the callbacks of one run. */
export class Contexts {
  readonly #host: ContextHost
  readonly #contexts = new Map<string, Context>()
  #target: ContextTarget | undefined

  constructor(host: ContextHost) {
    this.#host = host
  }

  /** The run has been opened: from now on callbacks can act on it. Called again when another part of it begins. */
  open(target: ContextTarget): void {
    this.#target = target
  }

  of(callback: Callback): CallbackContext {
    const context = this.#named(callback.name)
    context.callback = callback
    return context
  }

  /** What the functions of the package mean inside the callback of that name. */
  actionsOf(name: string): CallbackActions {
    return this.#named(name)
  }

  #named(name: string): Context {
    const known = this.#contexts.get(name)
    if (known) return known
    const context = new Context(name, this.#host, () => this.#target)
    this.#contexts.set(name, context)
    return context
  }
}

class Context implements CallbackContext, CallbackActions {
  /** Absent behind a tap that was made on the hooks directly. */
  callback: Callback | undefined
  readonly place: CallbackPlace
  readonly redelivered: boolean
  readonly signal: AbortSignal
  readonly #name: string
  readonly #host: ContextHost
  readonly #target: () => ContextTarget | undefined
  readonly #alerts = new Occurrences()
  readonly #messages = new Occurrences()
  #raised = 0

  constructor(name: string, host: ContextHost, target: () => ContextTarget | undefined) {
    this.#name = name
    this.#host = host
    this.#target = target
    this.place = host.place
    this.redelivered = host.redelivered ?? false
    this.signal = host.signal ?? NEVER
  }

  get dir(): string | undefined {
    return this.#target()?.dir
  }

  get resumed(): boolean {
    return this.#target()?.resumed ?? false
  }

  get run(): Run | undefined {
    return this.#target()?.run
  }

  get config(): Config | undefined {
    return this.#host.config
  }

  // Properties and not methods: a callback may take them out of its context.
  readonly alert = (options: AlertOptions): void => {
    const { report, clock, redactor } = this.#host
    const target = this.#opened('alert()')
    const alert = parseAlert(options, clock(), redactor)
    if (typeof alert === 'string') return report('error', `Callback "${this.#name}": ${alert}`)
    if (++this.#raised > MAX_ALERTS) {
      if (this.#raised === MAX_ALERTS + 1)
        report(
          'error',
          `Callback "${this.#name}" has raised ${MAX_ALERTS} alerts in this run. Further ones are dropped.`,
        )
      return
    }
    const { time: _, ...content } = alert
    const id = this.#alerts.id(`${target.startTime} ${this.#name} ${JSON.stringify(content)}`)
    target.raise(Object.freeze({ ...alert, id }), this.#name)
  }

  readonly log = (data: object, stepOrOptions?: number | LogOptions): void => {
    this.#opened('log()').log(data, stepOrOptions, this.#name)
  }

  readonly report = (level: ReportLevel, text: string): void => {
    this.#host.report(level, `${this.#name}: ${text}`)
  }

  readonly requestStop = (reason: unknown): void => {
    this.#opened('requestStop()').requestStop(String(reason).slice(0, 1_000), this.#name)
  }

  readonly waitUntil = (work: PromiseLike<unknown>): void => {
    this.#host.waitUntil(this.#name, work)
  }

  readonly deliver = (message: unknown, { key }: DeliverOptions = {}): void => {
    const { callback } = this
    if (typeof callback?.send !== 'function')
      throw new TypeError(`Callback "${this.#name}" has no send(): what it hands over cannot be delivered.`)
    this.#host.deliver(callback, message, key ?? this.#messages.id(JSON.stringify(message)))
  }

  readonly finish = async (options?: FinishOptions): Promise<Outcome> => {
    const target = this.#target()
    if (target?.finish) return target.finish(options)
    throw new SwanLabError('NO_RUN', `finish() cannot be called ${PLACE_DESCRIPTIONS[this.place]}.`)
  }

  #opened(what: string): ContextTarget {
    const target = this.#target()
    if (target) return target
    throw new SwanLabError('NO_RUN', `${what} is too early: the run starts when every onInit has answered.`)
  }
}

/**
 * Distinguishes things of the same content by how often they came before. A callback that sees the same run again, after a
 * restart or in a replay, does the same again, and it gets the same ids.
 */
export class Occurrences {
  readonly #counts = new Map<string, number>()

  id(text: string): string {
    const hash = createHash('sha256').update(text).digest('base64url')
    const count = (this.#counts.get(hash) ?? 0) + 1
    this.#counts.set(hash, count)
    return createHash('sha256').update(`${count} ${hash}`).digest('hex').slice(0, 16)
  }
}
