import { join } from 'node:path'
import { type Report, describeError } from '@swanlab/core/internal'
import { appendWithin } from '@swanlab/journal/internal'
import { followRun } from './follow-run.ts'
import { IpcChannel } from './ipc-channel.ts'
import type { FollowOrder } from './ipc-messages.ts'
import { messageRedactor } from './message-redactor.ts'
import { recoverAbandoned } from './recover-abandoned.ts'
import { startWatchdog } from './watchdog.ts'

/** Name of the background process's own log in the run folder. */
const LOG_FILE = 'background.log'
/** How long everything may take once the process was asked to stop, in milliseconds: an attempt at delivery takes 20 s. */
const STOP_TIMEOUT = 25_000
/** How long the training may take to read the last messages, in milliseconds. */
const FLUSH_TIMEOUT = 1_000

/** The life of the background process: follows one run by its journal until it has ended, however it does. */
export async function runBackgroundProcess(): Promise<void> {
  const channel = new IpcChannel(process.stdin, process.stdout)
  const order = await channel.order
  if (!order) process.exit()
  channel.send({ type: 'up' })
  const report = logTo(order, channel)
  goTo(order, report)
  watchOver(order)
  // A terminal's Ctrl-C is for the training alone, and the end of its session is no reason to drop its mail.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => report('debug', `ignored ${signal}`))
  const stop = new AbortController()
  process.on('SIGTERM', () => {
    stop.abort()
    // A callback may hold on to something that never settles.
    setTimeout(() => process.exit(), STOP_TIMEOUT).unref()
  })
  try {
    const recovered = recoverAbandoned(order, report, stop.signal)
    await followRun(order, channel, report, stop.signal)
    await recovered
  } catch (error) {
    report('error', `The background process failed: ${describeError(error)}`)
    process.exitCode = 1
  }
  await channel.flushed(FLUSH_TIMEOUT)
  // Timers and sockets that callbacks have left open would keep this process for ever.
  process.exit()
}

/** Callbacks of other authors may loop for ever. Ours do not, and spare the thread. */
function watchOver({ callbacks, blockedLimit: limit, dir }: FollowOrder): void {
  const foreign = callbacks.filter(({ resident }) => !resident.package?.startsWith('@swanlab/'))
  if (foreign.length === 0) return
  const names = foreign.map(({ name }) => name).join(', ')
  const message = `The background process was blocked for ${limit / 1_000} s by a callback (${names}), and has been ended.`
  startWatchdog({ limit, log: join(dir, LOG_FILE), message })
}

/** Relative paths in the options of callbacks mean what they mean in the training. */
function goTo({ cwd, dir }: FollowOrder, report: Report): void {
  try {
    return process.chdir(cwd)
  } catch (error) {
    report(
      'warn',
      `The background process cannot work in ${cwd}, as the training does (${describeError(error)}), but in ${dir}: relative paths of callbacks mean other files there.`,
    )
  }
  try {
    process.chdir(dir)
  } catch {
    // Deleted, too: it works nowhere.
  }
}

function logTo({ dir, redact }: FollowOrder, channel: IpcChannel): Report {
  const redacted = messageRedactor(redact)
  return (level, unredacted) => {
    const message = redacted(unredacted)
    try {
      appendWithin(dir, LOG_FILE, `${new Date().toISOString()} ${level} ${message}\n`)
    } catch {
      // The log is a help, not a duty.
    }
    if (level === 'warn' || level === 'error') channel.send({ type: 'report', level, message })
  }
}
