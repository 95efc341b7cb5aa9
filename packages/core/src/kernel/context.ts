import { createHash } from 'node:crypto'
import { alertOf, type AlertOptions } from './alert.ts'
import { SwanLabError } from './error.ts'
import type { FinishOptions } from './finish-options.ts'
import type { Alert, Outcome } from './payloads.ts'
import type { Redactor } from './redactor.ts'
import type { Report, ReportLevel } from './reporter.ts'

/** Where a callback is driven: inside the training, in the background process, or over a stored run. */
export type CallbackPlace = 'live' | 'resident' | 'replay'

/** Alerts that one callback may raise in one run; more than this is a loop somewhere. */
const MAX_ALERTS = 1_000

/**
 * What a callback can do and know beyond the moment itself: the second argument of every moment, the same in every
 * place.
 */
export interface CallbackContext {
  readonly place: CallbackPlace
  /** Absolute path of the run folder. Absent: nothing is recorded on this machine, or the run has not started. */
  readonly dir: string | undefined
  /** True when the run continues an earlier one. False until the run has started. */
  readonly resumed: boolean
  /**
   * Raises an alert in the run that this callback is driven for: it is recorded, and every callback gets it, in both
   * processes, once. In a replay it goes to the callbacks of the replay and into its report. At most 1,000 a callback
   * and run. Bad options are reported and ignored.
   *
   * @throws SwanLabError `NO_RUN` in `apply` and `onInit`: there is no run yet.
   */
  alert(options: AlertOptions): void
  /** Says something to the user, under the callback's name, where the library's own messages go. Never throws. */
  report(level: ReportLevel, text: string): void
}

/** The run behind the contexts. */
export interface ContextTarget {
  readonly startTime: number
  readonly dir?: string | undefined
  readonly resumed: boolean
  /** @param callback - Name of the callback that raised it. */
  raise(alert: Alert, callback: string): void
  /** What `log()` and `finish()` of the package do inside a callback. Absent: impossible in this place. */
  readonly run?: { log(data: object, options?: never): void; finish(options?: FinishOptions): Promise<Outcome> }
}

/** What `alert()`, `log()` and `finish()` of the package mean inside a callback. */
export interface CallbackVoice {
  alert(options: AlertOptions): void
  log(data: object, stepOrOptions?: unknown): void
  finish(options?: FinishOptions): Promise<Outcome>
}

const IN_WORDS: Readonly<Record<CallbackPlace, string>> = {
  live: 'here',
  resident: 'in the background process',
  replay: 'in a replay',
}

export interface ContextOptions {
  readonly place: CallbackPlace
  readonly report: Report
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly redactor?: Redactor | undefined
}

/** Makes the contexts of the callbacks of one run. */
export class Contexts {
  readonly #options: ContextOptions
  readonly #contexts = new Map<string, CallbackContext & CallbackVoice>()
  #target: ContextTarget | undefined

  constructor(options: ContextOptions) {
    this.#options = options
  }

  /** The run has started: from now on callbacks can raise alerts. Called again when another part of it begins. */
  open(target: ContextTarget): void {
    this.#target = target
  }

  /** @param name - Of the callback. */
  of(name: string): CallbackContext & CallbackVoice {
    let context = this.#contexts.get(name)
    if (!context) {
      context = makeContext(name, this.#options, () => this.#target)
      this.#contexts.set(name, context)
    }
    return context
  }
}

function makeContext(
  name: string,
  { place, report, clock, redactor }: ContextOptions,
  target: () => ContextTarget | undefined,
): CallbackContext & CallbackVoice {
  const started = (what: string): ContextTarget => {
    const run = target()
    if (run) return run
    throw new SwanLabError('NO_RUN', `${what} is too early: the run starts when every onInit has answered.`)
  }
  const ids = new AlertIds()
  let told = false
  return Object.freeze({
    place,
    get dir() {
      return target()?.dir
    },
    get resumed() {
      return target()?.resumed ?? false
    },
    alert: (options: AlertOptions): void => {
      const to = started('alert()')
      const alert = alertOf(options, clock(), redactor)
      if (typeof alert === 'string') return report('error', `Callback "${name}": ${alert}`)
      const id = ids.next(alert, `${to.startTime} ${name}`)
      if (ids.count <= MAX_ALERTS) to.raise(Object.freeze({ ...alert, id }), name)
      else if (ids.count === MAX_ALERTS + 1)
        report('error', `Callback "${name}" has raised ${MAX_ALERTS} alerts in this run. Further ones are dropped.`)
    },
    report: (level: ReportLevel, text: string): void => report(level, `${name}: ${text}`),
    log: (data: object, options?: unknown): void => {
      const { run } = started('log()')
      if (run) return run.log(data, options as never)
      if (!told)
        report('error', `Callback "${name}" called log() ${IN_WORDS[place]}, where nothing is recorded. Ignored.`)
      told = true
    },
    finish: async (options?: FinishOptions): Promise<Outcome> => {
      const { run } = started('finish()')
      if (run) return run.finish(options)
      throw new SwanLabError('NO_RUN', `finish() cannot be called ${IN_WORDS[place]}.`)
    },
  })
}

/**
 * Tells the alerts of one callback apart. A callback that sees the same run again, after a restart or in a replay,
 * raises the same alerts, and they get the same ids: by what they say, and how often that was said before.
 */
class AlertIds {
  readonly #occurrences = new Map<string, number>()
  count = 0

  /** @param scope - The run and the callback. */
  next({ time: _, ...content }: Alert, scope: string): string {
    const hash = createHash('sha256')
      .update(`${scope} ${JSON.stringify(content)}`)
      .digest('hex')
      .slice(0, 16)
    const occurrence = (this.#occurrences.get(hash) ?? 0) + 1
    // Those beyond the limit are not told apart any more.
    if (this.count++ < MAX_ALERTS) this.#occurrences.set(hash, occurrence)
    return `${hash}-${occurrence}`
  }
}
