import type { Backend } from './backend.ts'
import type { Callback } from './callback.ts'
import { checkCallback } from './callback-check.ts'
import type { ConfigStore } from './config.ts'
import { Emitter } from './emitter.ts'
import { watchEndings } from './endings.ts'
import { Guard } from './guard.ts'
import { attach, createHooks, stopStarted, type RunHooks } from './hooks.ts'
import type { Intake } from './intake.ts'
import { outcomeOf } from './outcome.ts'
import type { ColorPair, InitInfo, Placement, RunInfo, RuntimeInfo } from './payloads.ts'
import type { Report } from './reporter.ts'
import { Run } from './run.ts'
import { errorInfo } from './thrown.ts'
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
  /** Told to callbacks once the run has started, one after the other. */
  readonly runtime: (dir: string | undefined) => readonly RuntimeInfo[]
  /** Hears of the run before any callback's `onRun` does, and of its end. */
  readonly owner: { started(run: Run): void; ended(run: Run): unknown }
}

const UNNAMED: ColorPair = ['#528d59', '#528d59']

/**
 * Starts a run: asks everybody, opens its place, tells everybody.
 *
 * @throws SwanLabError when a callback cannot be used or refuses to start, or the run has no place. Nothing is left
 *   behind then: callbacks that had already started are told that the run was aborted.
 */
export async function startRun(order: RunOrder): Promise<Run> {
  const { backend, config, intake, report, clock } = order
  const guard = new Guard({ report, timeout: order.callbackTimeout })
  const backendHooks = createHooks(guard, report)
  const hooks = createHooks(guard, report)
  guard.enroll(backend, { essential: true })
  attach(backendHooks, backend)
  attachAll(hooks, guard, order)
  if (backend.silent) guard.silence()

  const info = await agree(order, backendHooks, hooks, guard)

  const emitter = new Emitter({ backend: backendHooks, heard: hooks, guard, report })
  const turns = new Turns(clock)
  const run = new Run({ info, config, backend, backendHooks, hooks, emitter, guard, intake, turns, clock, report })
  config.onChange(() => run._flushConfig())
  const unwatch = backend.silent ? () => {} : watchEndings(run, turns)
  run._onClosed(() => {
    unwatch()
    order.owner.ended(run)
  })
  order.owner.started(run)

  const heard = Object.freeze({ ...info, config: config.snapshot() })
  await backendHooks.run.promise(heard)
  await hooks.run.promise(heard)
  if (!backend.silent) for (const news of order.runtime(info.dir)) run._inform(news)
  return run
}

function attachAll(hooks: RunHooks, guard: Guard, { callbacks, elsewhere, report, backend }: RunOrder): void {
  for (const callback of [...callbacks, ...elsewhere]) {
    checkCallback(callback, report)
    guard.enroll(callback, { essential: false })
  }
  if (backend.silent) return
  for (const callback of callbacks) attach(hooks, callback)
}

/** Lets everybody answer `onInit`, then opens the run's place. */
async function agree(order: RunOrder, backendHooks: RunHooks, hooks: RunHooks, guard: Guard): Promise<RunInfo> {
  const { backend, config, intake, clock } = order
  let { info } = order
  try {
    info = await backendHooks.init.promise(info)
    info = await hooks.init.promise(info)
    if (info.resumed)
      backend.restore?.(info, { log: (record) => intake.log(record), config: (earlier) => config.restore(earlier) })
    const run = complete(info, order)
    return Object.freeze({ ...run, ...backend.open?.(run) })
  } catch (error) {
    const run = complete(info, order)
    const verdict = { state: 'aborted', cause: { type: 'reported' }, error: errorInfo(error) } as const
    const outcome = outcomeOf(verdict, { run, intake, guard, lost: 0 }, clock())
    await stopStarted(backendHooks, guard, outcome)
    await stopStarted(hooks, guard, outcome)
    throw error
  }
}

function complete({ resume: _, ...info }: InitInfo, { config, placements }: RunOrder): RunInfo {
  return Object.freeze({
    ...info,
    tags: Object.freeze([...info.tags]),
    experimentName: info.experimentName ?? info.id,
    colors: info.colors ?? UNNAMED,
    config: config.snapshot(),
    callbacks: placements,
  })
}
