import { describeCause, type Ending } from './outcome.ts'
import type { Cause, Outcome } from '../contract/payloads.ts'
import { onProcessExit } from './process-exit.ts'
import { SIGNALS, Signals, type Signal } from './signals.ts'
import { errorInfo } from '../text/thrown.ts'
import type { StallDetector } from './stall-detector.ts'

/** What the endings need of a run. */
export interface Endable {
  /** The callback that is running right now, if any. */
  readonly _currentListener: string | undefined
  _conclude(ending: Ending): void
  _end(ending: Ending): Promise<Outcome>
  _endNow(ending: Ending): void
}

/** The runs that have not ended. What listens to the process is theirs together. */
const runs = new Set<Endable>()
const signals = new Signals({
  end: (signal) => Promise.all(concluded(() => endingOfSignal(signal)).map(([run, ending]) => run._end(ending))),
  endNow: (signal) => endNow(() => endingOfSignal(signal)),
})
let stopWatchingExit = (): void => {}
let exiting = false

/**
 * Ends the run when the process ends, in every way the process can see itself, and changes none of them: exit code,
 * signal and printed error stay the program's own, and whoever else handles them wins.
 *
 * @returns puts everything back as it was, once no other run is left.
 */
export function watchEndings(run: Endable, stalls: StallDetector): () => void {
  exiting = false
  if (runs.size === 0) process.on('uncaughtExceptionMonitor', onUncaught).on('beforeExit', onBeforeExit)
  runs.add(run)
  signals.watch(stalls)
  stopWatchingExit()
  stopWatchingExit = onProcessExit(onExit)
  return () => {
    runs.delete(run)
    signals.forget(stalls)
    if (runs.size > 0) return
    process.off('uncaughtExceptionMonitor', onUncaught).off('beforeExit', onBeforeExit)
    stopWatchingExit()
    // Closing what listens to signals wakes up the event loop, and the program would get 'beforeExit' once more.
    if (exiting) setImmediate(stopSignals).unref()
    else signals.stop()
  }
}

/** Another run may have begun meanwhile. */
function stopSignals(): void {
  if (runs.size === 0) signals.stop()
}

function onUncaught(error: unknown): void {
  // Somebody else takes the exception, so the program lives on, and so do the runs.
  if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) return
  endNow(() => endingOfException(error))
}

function onBeforeExit(code: number): void {
  exiting = true
  for (const [run, ending] of concluded(() => endingOfExit(finalCode(code)))) void run._end(ending)
}

function onExit(code: number): void {
  endNow((run) => endingOfExit(code, run._currentListener, signals.received))
  signals.dieIfDue()
}

function endNow(endingOf: (run: Endable) => Ending): void {
  for (const [run, ending] of concluded(endingOf)) run._endNow(ending)
}

/** Every end is on record before any callback is called with one: a callback may end the process. */
function concluded(endingOf: (run: Endable) => Ending): readonly (readonly [run: Endable, ending: Ending])[] {
  const endings = Array.from(runs, (run) => [run, endingOf(run)] as const)
  for (const [run, ending] of endings) run._conclude(ending)
  return endings
}

/**
 * The code that a process whose event loop is empty will exit with. When its main module awaits what nothing will ever
 * settle, that is 13, and Node has a listener of this name to set it.
 */
function finalCode(code: number): number {
  if (process.exitCode !== undefined) return Number(process.exitCode)
  return process.listeners('exit').some(({ name }) => name === 'handleProcessExit') ? 13 : code
}

/** How a run ends whose program throws what nobody catches. */
export function endingOfException(error: unknown): Ending {
  return { state: 'crashed', error: errorInfo(error), cause: { type: 'exception' } }
}

/**
 * How a run ends with its process.
 *
 * @param inside - The callback and moment that called `process.exit`.
 * @param received - The latest signal that the program was left to handle.
 */
export function endingOfExit(code: number, inside?: string, received?: Signal): Ending {
  if (received !== undefined && code === 128 + SIGNALS[received]) return endingOfSignal(received)
  // A program that exits with 0 is done; a callback cannot know that it is.
  if (code === 0 && inside === undefined) return { state: 'finished' }
  const cause: Cause = { type: 'exit', code, ...(inside !== undefined && { inside }) }
  return { state: 'crashed', cause, error: { name: 'ProcessExit', message: describeCause(cause) } }
}

/** How a run ends whose process is about to die of a signal. */
export function endingOfSignal(signal: Signal): Ending {
  const cause: Cause = { type: 'signal', signal }
  return { state: 'aborted', cause, error: { name: signal, message: describeCause(cause) } }
}
