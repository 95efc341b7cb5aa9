import { randomInt } from 'node:crypto'
import { assertCallback } from './kernel/callback-check.ts'
import { SwanLabError } from './kernel/error.ts'
import type { InitInfo, Placement } from './kernel/payloads.ts'
import type { Redactor } from './kernel/redactor.ts'
import { quietly, type Report } from './kernel/reporter.ts'
import type { Run } from './kernel/run.ts'
import { startRun, type RunOwner } from './kernel/start.ts'
import { describeError } from './kernel/thrown.ts'
import { abandonedRuns } from './background/abandoned.ts'
import { isBackground } from './background/background-flag.ts'
import { loadersOf } from './background/loaders.ts'
import { place } from './background/place.ts'
import { createConfig } from './data/config-store.ts'
import { LogIntake } from './data/log-intake.ts'
import { prepareMode } from './modes/index.ts'
import type { InitOptions, ResolvedOptions } from './options/init-options.ts'
import { resolveOptions, wantsReinit } from './options/resolve.ts'
import type { Settings } from './options/settings.ts'
import { captureConsole, type ConsoleCapture } from './runtime/console-capture.ts'
import { processRedactor } from './runtime/mask.ts'
import { collectMetadata, collectRequirements } from './runtime/metadata.ts'
import { givenCredentials } from './login.ts'
import { getRun, registered, runEnded, runFailed, runStarted, runStarting, writtenConfig } from './current.ts'
import { VERSION } from './version.ts'

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 21

/** Does what `init` promises, once it is this call's turn. */
export async function begin(input: InitOptions<object>): Promise<Run> {
  if (isBackground())
    throw new SwanLabError(
      'INVALID_CALLBACK',
      'init() was called in the background process, by a module that a callback names in "resident". Such a module may ' +
        'only define things; put the callback into a file of its own.',
    )
  const { options, warnings } = await resolveOptions(input, { env: process.env, cwd: process.cwd() })
  const { apiKey } = givenCredentials()
  const redactor = processRedactor(apiKey === undefined ? [] : [apiKey])
  const say = options.settings.report
  const report = quietly((level, message) => say(level, redactor.text(message)))
  const active = getRun()
  if (active) {
    if (!wantsReinit(input) && active.state === 'running') {
      report(
        'warn',
        `Run ${active.experimentName} is active, so init() returns it and ignores its options. Pass reinit: true to finish it first.`,
      )
      return active
    }
    await active.finish()
  }
  for (const warning of warnings) report('warn', warning)
  try {
    return await start(options, report, redactor)
  } catch (error) {
    runFailed()
    throw error
  }
}

async function start(options: ResolvedOptions, report: Report, redactor: Redactor): Promise<Run> {
  const { settings } = options
  const { clock, durability, callbackTimeout, finishTimeout } = settings
  const config = createConfig(writtenConfig(), redactor)
  config.view.update(options.config)
  runStarting(config.view)
  const {
    mode,
    callbacks: own,
    backend: makeBackend,
  } = await prepareMode(options.mode, {
    report,
    finishTimeout,
    offlineFallback: settings.offlineFallback,
    version: VERSION,
    given: givenCredentials(),
  })
  const callbacks = [...registered(), ...options.callbacks, ...own]
  for (const callback of callbacks) assertCallback(callback)
  const { live, elsewhere, residents, placements, loaders } = await place(callbacks, settings.background, {
    script: process.argv[1],
    loaders: loadersOf(process.execArgv, process.env['NODE_OPTIONS']),
  })
  warnOfPlaces(placements, report)
  const attended = settings.background && (residents.length > 0 || abandonedRuns(options.logdir).length > 0)
  const backend = makeBackend({ durability, clock, report, attended })
  const from = (): number => backend.begin ?? 0
  let started: Run | undefined
  const owner = ownerOf(settings, report)
  const attendants = attended
    ? [
        (await import('./background/companion.ts')).companion({
          callbacks: residents,
          loaders,
          callbackTimeout,
          finishTimeout,
          from,
          run: { raise: (alert) => started?._raise(alert), count: (reports) => started?._count(reports) },
          report,
        }),
      ]
    : []
  return startRun({
    info: infoOf({ ...options, mode }, clock(), redactor),
    backend,
    callbacks: [...live, ...attendants],
    elsewhere,
    placements,
    intake: new LogIntake(report),
    config,
    callbackTimeout,
    clock,
    report,
    redactor,
    runtime: (dir) => {
      const surroundings = { argv: process.argv, cwd: process.cwd(), env: process.env }
      const requirements = settings.requirementsCollect ? collectRequirements(surroundings.cwd) : undefined
      return [
        ...(settings.metadataCollect
          ? [{ metadata: collectMetadata(surroundings, { version: VERSION, run_dir: dir ?? null }) }]
          : []),
        ...(requirements ? [{ requirements }] : []),
      ]
    },
    owner: {
      ...owner,
      started: (run) => {
        started = run
        owner.started(run)
      },
    },
  })
}

/** One warning, however many callbacks could not go to the background process. */
function warnOfPlaces(placements: readonly Placement[], report: Report): void {
  const names = new Map<string, string[]>()
  for (const { name, reason } of placements)
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), name])
  if (names.size === 0) return
  const what = [...names].map(([reason, who]) => `${who.join(', ')}: in the training process, because ${reason}`)
  report('warn', `${what.join('; ')}. If that crashes or is killed, nothing is sent.`)
}

/** Follows what is active, and what the program writes to its terminal meanwhile. */
function ownerOf({ console: streams, consoleLineLength: maxLength, clock }: Settings, report: Report): RunOwner {
  let capture: ConsoleCapture | undefined
  return {
    started: (run) => {
      runStarted(run)
      if (run.dir === undefined) return
      try {
        capture = captureConsole({ streams, maxLength, clock, line: (line) => run._console(line) })
      } catch (error) {
        report('warn', `What the program writes to its terminal is not recorded: ${describeError(error)}`)
      }
    },
    flush: () => capture?.flush(),
    ended: (run) => {
      capture?.stop()
      runEnded(run)
    },
  }
}

function infoOf(options: ResolvedOptions, startTime: number, { text }: Redactor): InitInfo {
  const {
    project,
    workspace,
    experimentName,
    description,
    tags,
    mode,
    logdir,
    public: visible,
    id = newId(),
    resume,
  } = options
  return Object.freeze({
    id,
    project,
    workspace,
    experimentName,
    description: description === undefined ? undefined : text(description),
    mode,
    logdir,
    public: visible,
    resume,
    startTime,
    tags: Object.freeze(tags.map((tag) => text(tag))),
    resumed: false,
  })
}

function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')
}
