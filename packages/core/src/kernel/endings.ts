import { isMainThread } from 'node:worker_threads'
import { causeInWords, type Verdict } from './outcome.ts'
import type { Cause, Outcome } from './payloads.ts'
import { errorInfo } from './thrown.ts'
import type { Turns } from './turns.ts'

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
type Signal = keyof typeof SIGNALS

/** What the endings need of a run. */
export interface Endable {
  readonly state: string
  /** The callback that is running right now, if any. */
  readonly _inside: string | undefined
  _end(verdict: Verdict): Promise<Outcome>
  _endNow(verdict: Verdict): void
}

/**
 * Ends the run when the process ends, in every way the process can see itself, and changes none of them: exit code,
 * signal and printed error stay the program's own, and whoever else handles them wins.
 *
 * @returns puts everything back as it was.
 */
export function watchEndings(run: Endable, turns: Turns): () => void {
  let received: Signal | undefined

  const onUncaught = (error: unknown): void => {
    // Somebody else takes the exception, so the program lives on, and so does the run.
    if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) return
    run._endNow({ state: 'crashed', error: errorInfo(error), cause: { type: 'exception' } })
  }
  const onBeforeExit = (code: number): void => {
    if (run.state === 'running') void run._end(verdictOfExit(Number(process.exitCode ?? code), undefined, undefined))
  }
  const onExit = (code: number): void => run._endNow(verdictOfExit(code, run._inside, received))
  const unwatchSignals = watchSignals(turns, (signal, last) => {
    received = signal
    if (last) return run._end({ state: 'aborted', cause: { type: 'signal', signal }, error: stopped(signal) })
  })

  process.on('uncaughtExceptionMonitor', onUncaught)
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  return () => {
    process.off('uncaughtExceptionMonitor', onUncaught)
    process.off('beforeExit', onBeforeExit)
    process.off('exit', onExit)
    unwatchSignals()
  }
}

/**
 * Hears the signals that ask a process to stop. `heard` is told whether it is the last one to decide; then it may take
 * its time, and the process dies of the signal as it would have. A second signal does not wait.
 */
function watchSignals(turns: Turns, heard: (signal: Signal, last: boolean) => Promise<unknown> | undefined): () => void {
  if (!isMainThread) return () => {}
  // Node resets inherited dispositions when it starts: a program that ignores a signal does so with a handler of its own.
  const signals = Object.keys(SIGNALS) as Signal[]
  let dying = false

  const onSignal = (signal: Signal): void => {
    const last = process.listenerCount(signal) === 1
    if (last && dying) return die(signal)
    dying ||= last
    void heard(signal, last)?.finally(() => die(signal))
  }
  const die = (signal: Signal): void => {
    release()
    process.kill(process.pid, signal)
  }
  let held = false
  const hold = (): void => {
    if (held) return
    held = true
    for (const signal of signals) process.on(signal, onSignal)
  }
  const release = (): void => {
    held = false
    for (const signal of signals) process.off(signal, onSignal)
  }

  hold()
  // A loop that never yields would never hear its signals, and Ctrl-C would do nothing: hand them back to the system.
  turns.watch({ stalled: release, turned: hold })
  return () => {
    turns.stop()
    release()
  }
}

function verdictOfExit(code: number, inside: string | undefined, received: Signal | undefined): Verdict {
  if (code === 0) return { state: 'finished' }
  if (received !== undefined && code === 128 + SIGNALS[received])
    return { state: 'aborted', cause: { type: 'signal', signal: received }, error: stopped(received) }
  const cause: Cause = { type: 'exit', code, ...(inside === undefined ? {} : { inside }) }
  return { state: 'crashed', cause, error: { name: 'ProcessExit', message: causeInWords(cause) } }
}

function stopped(signal: Signal): { name: string; message: string } {
  return { name: signal, message: causeInWords({ type: 'signal', signal }) }
}
