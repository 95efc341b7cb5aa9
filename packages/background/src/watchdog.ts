import { Worker } from 'node:worker_threads'

/** How often the main thread gives a sign of life, at most, in milliseconds. */
const PERIOD = 1_000
// Counts its own ticks instead of asking a clock: a computer that slept has not been blocked.
const SOURCE = `
const { appendFileSync, writeSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
const { beats, period, limit, log, message } = workerData
let seen = -1
let missed = 0
setInterval(() => {
  const now = Atomics.load(beats, 0)
  missed = now === seen ? missed + 1 : 0
  seen = now
  if (missed * period < limit) return
  try {
    writeSync(1, '\\n' + JSON.stringify({ type: 'report', level: 'error', message }) + '\\n')
  } catch {}
  try {
    appendFileSync(log, new Date().toISOString() + ' error ' + message + '\\n')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}, period)`

export interface WatchdogOptions {
  /** How long the event loop may be blocked, in milliseconds. */
  readonly limit: number
  /** File that says why the process is gone. */
  readonly log: string
  /** What it says; also on standard output, as a message to the training. */
  readonly message: string
}

/**
 * Kills this process when its event loop has been blocked for too long: nothing in it could still keep a deadline, and
 * without the training nobody else would. Takes a thread, with a heap of its own.
 */
export function startWatchdog({ limit, log, message }: WatchdogOptions): void {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const period = Math.min(PERIOD, limit / 4)
  setInterval(() => Atomics.add(beats, 0, 1), period / 2).unref()
  const workerData = { beats, period, limit, log, message }
  // Not the loaders of the training; they would be started once more.
  const worker = new Worker(SOURCE, { eval: true, execArgv: [], env: {}, workerData })
  // There may be no thread to spare.
  worker.on('error', () => {}).unref()
}
