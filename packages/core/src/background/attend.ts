import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { processRedactor } from '../runtime/mask.ts'
import { appendWithin } from '../runtime/safe-open.ts'
import { hearRun } from './hear-run.ts'
import { Lifeline } from './lifeline.ts'
import type { Order } from './messages.ts'
import { settleOwed } from './owed.ts'

/** Name of the background process's own log in the run folder. */
const LOG_FILE = 'background.log'
/** How long everything may take once the process was told to stop, in milliseconds: an attempt at delivery takes 20 s. */
const STOP_TIMEOUT = 25_000
/** How long the training may take to read the last words, in milliseconds. */
const FLUSH_TIMEOUT = 1_000

/** The life of the background process: hears one run from its journal until it has ended, however it does. */
export async function attend(): Promise<void> {
  const lifeline = new Lifeline(process.stdin, process.stdout)
  const order = await lifeline.order
  if (!order) process.exit()
  try {
    process.chdir(order.dir)
  } catch {
    // Deleted already. Nothing here depends on it but what `ps` shows.
  }
  lifeline.send({ type: 'up' })
  const report = logTo(order, lifeline)
  // A terminal's Ctrl-C is for the training alone, and the end of its session is no reason to drop its mail.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => report('debug', `ignored ${signal}`))
  const stop = new AbortController()
  process.on('SIGTERM', () => {
    stop.abort()
    // A callback may hold on to something that never settles.
    setTimeout(() => process.exit(), STOP_TIMEOUT).unref()
  })
  try {
    const owed = settleOwed(order, report, stop.signal)
    await hearRun(order, lifeline, report, stop.signal)
    await owed
  } catch (error) {
    report('error', `The background process failed: ${describeError(error)}`)
    process.exitCode = 1
  }
  await lifeline.flushed(FLUSH_TIMEOUT)
  // Timers and sockets that callbacks have left open would keep this process for ever.
  process.exit()
}

function logTo({ dir }: Order, lifeline: Lifeline): Report {
  const { text } = processRedactor()
  return (level, said) => {
    const message = text(said)
    try {
      appendWithin(dir, LOG_FILE, `${new Date().toISOString()} ${level} ${message}\n`)
    } catch {
      // The log is a help, not a duty.
    }
    if (level === 'warn' || level === 'error') lifeline.send({ type: 'report', level, message })
  }
}
