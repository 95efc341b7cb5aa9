import { terminalReport, type Report, type ReportLevel } from '../text/reporter.ts'
import type { Redact } from '../contract/redact.ts'
import { copyOfRules, REDACT_TAKES, redactProblems } from '../text/redact-rules.ts'
import type { Check } from './check.ts'
import { readMembers } from './members.ts'
import { Problems } from './problems.ts'
import { trustedClock } from './trusted-clock.ts'

/** As of the terminal; options know no other room. */
type CapturedStreams = 'all' | 'stdout' | 'stderr' | 'none'

/** Node runs a longer timer at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** What {@link Settings} is made from. */
export interface SettingsOptions {
  /**
   * When a logged record is safe. `write`: handed to the operating system before `log()` returns, so it survives the
   * death of the process. `buffered`: written in batches, which a killed process may lose. `sync`: on the disk itself,
   * so it survives a power cut; slow. Default: `write`.
   */
  readonly durability?: 'write' | 'buffered' | 'sync' | undefined
  /** Whether machine, runtime, command and git state are recorded. Default: true. Source: `metadata_collect`. */
  readonly metadataCollect?: boolean | undefined
  /** Whether the installed dependencies are recorded. Default: true. Source: `requirements_collect`. */
  readonly requirementsCollect?: boolean | undefined
  /** The least level of the library's own messages on the terminal. Default: `info`. */
  readonly logLevel?: ReportLevel | 'silent' | undefined
  /** Deadline of each asynchronous moment of a callback, in milliseconds: above 0, at most 2^31 - 1. Default: 10,000. */
  readonly callbackTimeout?: number | undefined
  /**
   * How long `finish()` waits for the background process, in milliseconds: above 0, at most 2^31 - 1. It goes on
   * without the training after that. Default: 30,000.
   */
  readonly finishTimeout?: number | undefined
  /** Whether callbacks that can be rebuilt elsewhere run in a background process. Default: true. */
  readonly background?: boolean | undefined
  /**
   * What a cloud that cannot be reached does to `init`. True: the run is recorded here, and uploaded as soon as the cloud
   * answers. False: `init` rejects within 10 seconds. Default: false.
   */
  readonly offlineFallback?: boolean | undefined
  /**
   * Which of the program's streams are recorded, line by line: `all`, `stdout`, `stderr` or `none`. Lines are kept, uploaded
   * and, after a crash, sent to whoever is notified, without what `redact` takes out of them. Not captured is what does not go through `process.stdout` and `process.stderr`: `fs.writeSync(1, …)`, native code, and
   * child processes that inherit the streams. Default: `all`. Source: `log_proxy_type`.
   */
  readonly console?: CapturedStreams | undefined
  /** The rest of a longer line is not recorded, in characters: 500 to 4,096. Default: 1,024. Source: `max_log_length`. */
  readonly consoleLineLength?: number | undefined
  /**
   * What is taken out of whatever is recorded, sent or shown, in every output: configuration, command line, console,
   * errors, alerts, metadata, names, description and tags, keys of metrics, texts and captions. Names and values that look like
   * secrets are masked anyway; rules add to that, and `false` turns it off, but for this library's own keys and messages.
   * Default: true.
   *
   * @example
   * ```ts
   * import { init } from 'swanlab'
   *
   * await init({
   *   project: 'demo',
   *   config: { customer: 'Acme', ticket: 'ACME-1234' },
   *   settings: { redact: { keys: ['customer'], patterns: [/ACME-\d+/] } },
   * })
   * ```
   */
  readonly redact?: Redact | undefined
  /**
   * The current time, in milliseconds since 1970. An answer that is no time is reported, and from then on the system's
   * clock is used. Default: `Date.now`.
   */
  readonly clock?: (() => number) | undefined
  /** Where the library's own messages go. Default: standard error, from `logLevel` upwards. */
  readonly report?: Report | undefined
}

/**
 * How a run is recorded, as opposed to what it is called. Immutable; `init` takes one, or the plain object it would be
 * made from. Source: `swanlab.Settings`.
 *
 * @throws SwanLabError `INVALID_OPTION` for an unknown name or a wrong value; every problem is named.
 *
 * @example
 * ```ts
 * import { init, Settings } from 'swanlab'
 *
 * await init({ project: 'demo', settings: new Settings({ durability: 'sync', logLevel: 'warn' }) })
 * ```
 */
export class Settings implements SettingsOptions {
  readonly durability: 'write' | 'buffered' | 'sync'
  readonly metadataCollect: boolean
  readonly requirementsCollect: boolean
  readonly logLevel: ReportLevel | 'silent'
  readonly callbackTimeout: number
  readonly finishTimeout: number
  readonly background: boolean
  readonly offlineFallback: boolean
  readonly console: CapturedStreams
  readonly consoleLineLength: number
  readonly redact: Redact
  readonly clock: () => number
  readonly report: Report

  constructor(options: SettingsOptions = {}) {
    const problems = new Problems()
    const given = readSettings(options, problems)
    problems.throwIfAny('Settings')
    this.durability = given.durability ?? 'write'
    this.metadataCollect = given.metadataCollect ?? true
    this.requirementsCollect = given.requirementsCollect ?? true
    this.logLevel = given.logLevel ?? 'info'
    this.callbackTimeout = given.callbackTimeout ?? 10_000
    this.finishTimeout = given.finishTimeout ?? 30_000
    this.background = given.background ?? true
    this.offlineFallback = given.offlineFallback ?? false
    this.console = given.console ?? 'all'
    this.consoleLineLength = given.consoleLineLength ?? 1_024
    this.redact = copyOfRules(given.redact ?? true)
    this.report = given.report ?? terminalReport(this.logLevel)
    this.clock = given.clock ? trustedClock(given.clock, this.report) : Date.now
    Object.freeze(this)
  }
}

const SWITCH: Check = ['true or false', (value) => typeof value === 'boolean']

const TIMEOUT: Check = [
  `a number of milliseconds above 0, at most ${LONGEST_TIMEOUT}`,
  (value) => typeof value === 'number' && value > 0 && value <= LONGEST_TIMEOUT,
]

const FUNCTION: Check = ['a function', (value) => typeof value === 'function']

// A constructor cannot wait for zod to be loaded, hence checks of our own.
const CHECKS = {
  durability: oneOf('write', 'buffered', 'sync'),
  metadataCollect: SWITCH,
  requirementsCollect: SWITCH,
  logLevel: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  callbackTimeout: TIMEOUT,
  finishTimeout: TIMEOUT,
  background: SWITCH,
  offlineFallback: SWITCH,
  console: oneOf('all', 'stdout', 'stderr', 'none'),
  consoleLineLength: [
    'a whole number of characters from 500 to 4096',
    (value) => Number.isInteger(value) && (value as number) >= 500 && (value as number) <= 4_096,
  ],
  redact: [REDACT_TAKES, (value) => redactProblems(value, '').length === 0],
  clock: FUNCTION,
  report: FUNCTION,
} satisfies Record<keyof SettingsOptions, Check>

/** What is right in `options`; what is not becomes a problem. `undefined` and `null` count as not given. */
export function readSettings(options: unknown, problems: Problems): SettingsOptions {
  const checks = new Map<string, Check>(Object.entries(CHECKS))
  const given: Record<string, unknown> = {}
  for (const [name, value] of readMembers(options, 'settings', problems)) {
    const [takes, test] = checks.get(name) ?? []
    if (!takes || !test) problems.unknown(name, [...checks.keys()], 'setting')
    else if (value != null && test(value)) given[name] = value
    else if (value != null && name === 'redact')
      for (const problem of redactProblems(value, 'settings.redact')) problems.add(problem)
    else if (value != null) problems.wrong(`settings.${name}`, value, takes)
  }
  return given
}

function oneOf(...words: readonly string[]): Check {
  return [words.map((word) => `"${word}"`).join(' or '), (value) => words.some((word) => word === value)]
}
