import { describeCause, type Ending } from './outcome.ts'
import type { Cause, Outcome } from '../contract/payloads.ts'
import { SIGNALS, Signals, type Signal } from './signals.ts'
import { errorInfo } from '../text/thrown.ts'
import type { StallDetector } from './stall-detector.ts'

/** What the endings need of a run. */
export interface Endable {
  readonly state: string
  /** The callback that is running right now, if any. */
  readonly _currentListener: string | undefined
  _end(ending: Ending): Promise<Outcome>
  _endNow(ending: Ending): void
}

/**
 * Ends the run when the process ends, in every way the process can see itself, and changes none of them: exit code,
 * signal and printed error stay the program's own, and whoever else handles them wins.
 *
 * @returns puts everything back as it was.
 */
export function watchEndings(run: Endable, stalls: StallDetector): () => void {
  const signals = new Signals(
    { end: (signal) => run._end(endingOfSignal(signal)), endNow: (signal) => run._endNow(endingOfSignal(signal)) },
    stalls,
  )
  const onUncaught = (error: unknown): void => {
    // Somebody else takes the exception, so the program lives on, and so does the run.
    if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) return
    run._endNow({ state: 'crashed', error: errorInfo(error), cause: { type: 'exception' } })
  }
  let exiting = false
  const onBeforeExit = (code: number): void => {
    exiting = true
    if (run.state === 'running') void run._end(endingOfExit(finalCode(code), undefined, undefined))
  }
  const onExit = (code: number): void => {
    run._endNow(endingOfExit(code, run._currentListener, signals.received))
    signals.dieIfDue()
  }

  signals.watch()
  process.on('uncaughtExceptionMonitor', onUncaught)
  process.on('beforeExit', onBeforeExit)
  // First in line: inside this event, process.exit ends the process at once.
  process.prependListener('exit', onExit)
  return () => {
    process.off('uncaughtExceptionMonitor', onUncaught)
    process.off('beforeExit', onBeforeExit)
    process.off('exit', onExit)
    // Closing what listens to signals wakes up the event loop, and the program would get 'beforeExit' once more.
    if (exiting) setImmediate(() => signals.stop()).unref()
    else signals.stop()
  }
}

/**
 * The code that a process whose event loop is empty will exit with. When its main module awaits what nothing will ever
 * settle, that is 13, and Node has a listener of this name to set it.
 */
function finalCode(code: number): number {
  if (process.exitCode !== undefined) return Number(process.exitCode)
  return process.listeners('exit').some(({ name }) => name === 'handleProcessExit') ? 13 : code
}

function endingOfExit(code: number, inside: string | undefined, received: Signal | undefined): Ending {
  if (received !== undefined && code === 128 + SIGNALS[received]) return endingOfSignal(received)
  // A program that exits with 0 is done; a callback cannot know that it is.
  if (code === 0 && inside === undefined) return { state: 'finished' }
  const cause: Cause = { type: 'exit', code, ...(inside !== undefined && { inside }) }
  return { state: 'crashed', cause, error: { name: 'ProcessExit', message: describeCause(cause) } }
}

function endingOfSignal(signal: Signal): Ending {
  const cause: Cause = { type: 'signal', signal }
  return { state: 'aborted', cause, error: { name: signal, message: describeCause(cause) } }
}
