import type { Backend } from './backend.ts'
import type { Callback } from './callback.ts'
import { checkCallback } from './callback-check.ts'
import type { ConfigStore } from './config.ts'
import { Contexts } from './context.ts'
import { Emitter } from './emitter.ts'
import { watchEndings } from './endings.ts'
import { deepFreeze } from './frozen.ts'
import { Guard } from './guard.ts'
import { attach, createHooks, stopStarted, type RunHooks } from './hooks.ts'
import type { Intake } from './intake.ts'
import { outcomeOf } from './outcome.ts'
import type { ColorPair, InitInfo, Outcome, Placement, RunInfo, RuntimeInfo } from './payloads.ts'
import { OPEN, redactError, type Redactor } from './redactor.ts'
import type { Report } from './reporter.ts'
import { Run } from './run.ts'
import { describeError, errorInfo } from './thrown.ts'
import { Turns } from './turns.ts'

/** Everything a run is made of, chosen by whoever starts it. */
export interface RunOrder {
  readonly info: InitInfo
  readonly backend: Backend
  readonly callbacks: readonly Callback[]
  /** Callbacks that hear the run in another process. */
  readonly elsewhere: readonly Callback[]
  readonly placements: readonly Placement[]
  readonly intake: Intake
  readonly config: ConfigStore
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly callbackTimeout: number
  readonly clock: () => number
  readonly report: Report
  /** What everything goes through before anybody hears of it, but for the configuration, which does so itself. */
  readonly redactor?: Redactor | undefined
  /** Told to callbacks once the run has started, one after the other. */
  readonly runtime: (dir: string | undefined) => readonly RuntimeInfo[]
  readonly owner: RunOwner
}

/** Whoever keeps track of what is active. */
export interface RunOwner {
  /** Before any callback's `onRun`. */
  started(run: Run): void
  /** What it holds back for the run must be handed over now. */
  flush?(): void
  ended(run: Run): void
}

interface Stage {
  readonly contexts: Contexts
  readonly guard: Guard
  readonly backendHooks: RunHooks
  readonly hooks: RunHooks
}

interface Started {
  readonly run: Run
  /** Resolves when everybody has heard of it. */
  readonly begun: Promise<void>
  readonly turns: Turns
}

const UNNAMED: ColorPair = ['#528d59', '#528d59']

/**
 * Starts a run: asks everybody, opens its place, tells everybody.
 *
 * @throws SwanLabError when a callback cannot be used or refuses to start, or the run has no place. Nothing is left
 *   behind then: callbacks that had already started are told that the run was aborted.
 */
export async function startRun(order: RunOrder): Promise<Run> {
  const { report, backend, runtime } = order
  const contexts = new Contexts({ place: 'live', report, clock: order.clock, redactor: order.redactor })
  const guard = new Guard({ report, timeout: order.callbackTimeout, contexts })
  const stage: Stage = { contexts, guard, backendHooks: createHooks(guard, report), hooks: createHooks(guard, report) }
  guard.enroll(backend, { essential: true })
  attach(stage.backendHooks, backend, contexts)
  attachAll(order, stage)
  if (backend.silent) guard.silence()

  const { run, begun, turns } = await agree(order, stage)
  await begun
  if (backend.silent) return run
  try {
    for (const news of runtime(run.dir)) run._inform(news)
  } catch (error) {
    report('warn', `What the run knows of its machine cannot be recorded: ${describeError(error)}`)
  }
  turns.handOver()
  return run
}

function attachAll({ callbacks, elsewhere, backend, report }: RunOrder, { guard, hooks, contexts }: Stage): void {
  for (const callback of [...callbacks, ...elsewhere]) {
    checkCallback(callback, report)
    guard.enroll(callback, { essential: false })
  }
  if (backend.silent) return
  for (const callback of callbacks) {
    try {
      attach(hooks, callback, contexts)
    } catch (error) {
      if (callback.optional !== true) throw error
      report('error', describeError(error))
    }
  }
}

/** Lets everybody answer `onInit`, and makes the run that comes of it. */
async function agree(order: RunOrder, stage: Stage): Promise<Started> {
  let { info } = order
  const stop = (error: unknown): Promise<unknown> => stopAll(order, stage, info, error)
  const onExit = (code: number): void => void stop(new Error(`the process exited with code ${code}`))
  process.prependListener('exit', onExit)
  try {
    info = await stage.backendHooks.init.promise(info)
    info = await stage.hooks.init.promise(info)
    return create(order, stage, open(order, info))
  } catch (error) {
    await stop(error)
    throw error
  } finally {
    process.off('exit', onExit)
  }
}

function open(order: RunOrder, info: InitInfo): RunInfo {
  const { backend, intake, config } = order
  if (info.resumed)
    backend.restore?.(info, {
      column: (column) => intake.column(column),
      log: (record) => intake.log(record),
      media: (record) => intake.media(record),
      config: (earlier) => config.restore(earlier),
      after: (step) => intake.after(step),
    })
  const run = complete(order, info)
  return Object.freeze({ ...run, ...backend.open?.(run) })
}

/** From the moment its place is open, no ending may miss the run; hence nothing here is awaited. */
function create(order: RunOrder, { contexts, guard, backendHooks, hooks }: Stage, info: RunInfo): Started {
  const { backend, intake, config, clock, report, redactor = OPEN, owner } = order
  const emitter = new Emitter({ backend: backendHooks, heard: hooks, guard, report })
  const turns = new Turns(clock)
  const flush = (): void => owner.flush?.()
  const run = new Run({
    info,
    config,
    backend,
    backendHooks,
    hooks,
    emitter,
    guard,
    intake,
    turns,
    flush,
    clock,
    report,
    redactor,
  })
  const { startTime, dir, resumed } = info
  contexts.open({ startTime, dir, resumed, run, raise: (alert) => run._raise(alert) })
  const unwatch = backend.silent ? undefined : watchEndings(run, turns)
  run._onClosed(() => {
    unwatch?.()
    owner.ended(run)
  })
  owner.started(run)
  return { run, begun: run._begin(), turns }
}

async function stopAll(order: RunOrder, stage: Stage, info: InitInfo, error: unknown): Promise<void> {
  const { intake, clock, redactor = OPEN } = order
  const { guard, backendHooks, hooks } = stage
  const verdict = {
    state: 'aborted',
    cause: { type: 'reported' },
    error: redactError(errorInfo(error), redactor),
  } as const
  const outcome: Outcome = outcomeOf(verdict, { run: complete(order, info), intake, guard, lost: 0 }, clock())
  await Promise.all([stopStarted(backendHooks, guard, outcome), stopStarted(hooks, guard, outcome)])
}

function complete({ config, placements }: RunOrder, { resume: _resume, ...info }: InitInfo): RunInfo {
  return deepFreeze({
    ...info,
    experimentName: info.experimentName ?? info.id,
    colors: info.colors ?? UNNAMED,
    config: config.snapshot(),
    callbacks: placements,
  })
}
