import type { Callback } from './contract/callback.ts'
import type { RuntimeInfo } from './contract/payloads.ts'
import { SwanLabError } from './contract/error.ts'
import type { Redact } from './contract/redact.ts'
import type { Report } from './contract/report.ts'
import type { Run } from './contract/run.ts'
import { captureConsole, type ConsoleCapture } from './console/console-capture.ts'
import { activeRun, activeSlot, hasEnded, responsibleRun, separateSlot, type RunSlot } from './current.ts'
import { LogParser } from './data/log-parser.ts'
import { ownSecrets } from './text/given-secrets.ts'
import type { Redactor } from './text/redactor.ts'
import { RunRedactor } from './text/run-redactor.ts'
import { quietly } from './text/reporter.ts'
import type { ActiveRun } from './kernel/run.ts'
import { startRun } from './kernel/start.ts'
import { describeError } from './text/thrown.ts'
import type { ResolvedOptions } from './options/init-options.ts'
import { resolveOptions, type ExtraOptions } from './options/resolve.ts'
import type { Settings } from './options/settings.ts'
import { collectMetadata, collectRequirements } from './runtime/metadata.ts'
import { addRulesOf } from './kernel/callback-rules.ts'
import { configOf, infoOf } from './init-info.ts'
import { VERSION } from './version.ts'

/** How much of a line that is cut is looked at, in characters. */
const LONGEST_SECRET = 1_024
/** Of a character, at the end. */
const HALF = /[\uD800-\uDBFF]$/

/** What `init` has settled before a run is started. */
export interface BeginOptions extends ResolvedOptions {
  /** Those of `registerCallbacks` first. */
  readonly callbacks: readonly Callback[]
  readonly report: Report
  readonly redactor: Redactor
  readonly slot: RunSlot
}

/** What a package on top of this one makes of `init`. */
export interface Preset {
  readonly extra: ExtraOptions
  /**
   * Starts the run that the parameters stand for.
   *
   * @param extras - The parameters of `extra`, as they were checked.
   * @param start - Starts a run with these callbacks.
   */
  begin(
    options: BeginOptions,
    extras: Readonly<Record<string, unknown>>,
    start: (callbacks: readonly Callback[]) => Promise<Run>,
  ): Promise<Run>
}

/** Does what `init` promises, once it is this call's turn. @param scoped - The run in whose scope it was called. */
export async function begin(input: object, preset?: Preset, scoped?: Run): Promise<Run> {
  const world = { env: process.env, cwd: process.cwd() }
  const { options, extras, warnings } = await resolveOptions(input, world, preset?.extra)
  const { redact, report: say } = options.settings
  const own = ownSecrets(world.env)
  const redactorOf = (rules: Redact): RunRedactor =>
    new RunRedactor({ redact: rules, env: process.env, own, report: quietly(say) })
  const redactor = redactorOf(redact)
  // What this library says itself is masked in any case.
  const messages = redact === false ? redactorOf(true) : redactor
  const report = quietly((level, message) => say(level, messages.text(message, 'message')))
  const separate = options.reinit === 'create_new'
  const active = separate ? undefined : (scoped ?? activeRun())
  if (active) {
    if (options.reinit === false && active.state === 'running') {
      report(
        'warn',
        `Run ${active.experimentName} is active, so init() returns it and ignores its options. Pass reinit: true to finish it first, or reinit: "create_new" for a run of its own beside it.`,
      )
      return active
    }
    if (scoped) throw endsScope(scoped)
    await active.finish()
  }
  for (const warning of warnings) report('warn', warning)
  const slot = separate ? separateSlot : activeSlot
  const all: BeginOptions = {
    ...options,
    callbacks: [...slot.registered(), ...options.callbacks],
    report,
    redactor,
    slot,
  }
  try {
    const start = (callbacks: readonly Callback[]): Promise<Run> => startActive(all, callbacks)
    return await (preset ? preset.begin(all, extras, start) : start(all.callbacks))
  } catch (error) {
    slot.failed()
    throw error
  }
}

/** What the functions of the package mean inside `withRun` is said by its caller, and cannot change under it. */
function endsScope(run: Run): SwanLabError {
  const { experimentName } = run
  return new SwanLabError(
    'RUN_ACTIVE',
    hasEnded(run)
      ? `init() was called inside withRun() of run ${experimentName}, which has ended. Pass reinit: "create_new", or call it outside.`
      : `init({ reinit: true }) was called inside withRun(), and would end run ${experimentName} under it. Pass reinit: "create_new", or call it outside.`,
  )
}

function startActive(options: BeginOptions, callbacks: readonly Callback[]): Promise<Run> {
  const { settings, report, redactor, slot } = options
  const { clock, callbackTimeout, finishTimeout } = settings
  addRulesOf(callbacks, redactor)
  const config = configOf(options)
  slot.starting(config.view)
  let capture: ConsoleCapture | undefined
  return startRun({
    info: infoOf(options, clock(), config, redactor),
    redactor,
    callbacks,
    parser: new LogParser(report, redactor),
    config,
    callbackTimeout,
    finishTimeout,
    clock,
    report,
    runtime: (dir) => collectRuntimeInfo(settings, redactor, dir),
    started: (run) => {
      slot.started(run)
      capture = captureOf(run, settings, redactor, report)
    },
    flush: () => capture?.flush(),
    ended: (run) => {
      capture?.stop()
      slot.ended(run)
    },
  })
}

/** Follows what the program writes to its terminal, if a recorder wants it. */
function captureOf(run: ActiveRun, settings: Settings, { text }: Redactor, report: Report): ConsoleCapture | undefined {
  if (run.hooks.console.taps.length === 0) return undefined
  const { console: streams, consoleLineLength: longest, clock } = settings
  const redacted = (line: string): string => text(line, 'console').slice(0, longest).replace(HALF, '\uFFFD')
  try {
    return captureConsole({
      streams,
      // Cut afterwards: half of a secret would not be found.
      maxLength: longest + LONGEST_SECRET,
      clock,
      line: (line) => run._console({ ...line, text: redacted(line.text) }),
      owner: run,
      writer: responsibleRun,
    })
  } catch (error) {
    report('warn', `What the program writes to its terminal is not recorded: ${describeError(error)}`)
    return undefined
  }
}

function collectRuntimeInfo(settings: Settings, { command }: Redactor, dir: string | undefined): RuntimeInfo[] {
  const surroundings = { argv: process.argv, cwd: process.cwd(), command }
  const requirements = settings.requirementsCollect ? collectRequirements(surroundings.cwd) : undefined
  return [
    ...(settings.metadataCollect
      ? [{ metadata: collectMetadata(surroundings, { version: VERSION, run_dir: dir ?? null }) }]
      : []),
    ...(requirements ? [{ requirements }] : []),
  ]
}
