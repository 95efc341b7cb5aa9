import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Driver } from './background/driver.ts'
import type { Callback } from './kernel/callback.ts'
import { checkCallback } from './kernel/callback-check.ts'
import { SwanLabError } from './kernel/error.ts'
import { Guard } from './kernel/guard.ts'
import { attach, createHooks } from './kernel/hooks.ts'
import { LOST } from './kernel/outcome.ts'
import type { Outcome } from './kernel/payloads.ts'
import { terminalReport } from './kernel/reporter.ts'
import { JournalCursor } from './journal/cursor.ts'
import { JOURNAL_FILE, type JournalRecord } from './journal/records.ts'
import { isAlive, type ProcessIdentity } from './runtime/process-identity.ts'
import type { ReplayOptions } from './replay.ts'

/** How often the journal of a living run is looked at, in milliseconds. */
const POLL = 100
/** Records between two turns of the event loop. */
const BREATH = 20_000

/** Does what `replay` promises. */
export async function replayRun(
  runDir: string,
  callbacks: Callback | readonly Callback[],
  options: ReplayOptions = {},
): Promise<Outcome> {
  const { speed = Infinity, from = 0, callbackTimeout = 60_000, report = terminalReport() } = options
  if (!(speed > 0))
    throw new SwanLabError('INVALID_OPTION', `replay: "speed" takes a number above 0, but got ${speed}.`)
  const dir = resolve(runDir)
  const path = join(dir, JOURNAL_FILE)
  if (!existsSync(path)) throw new SwanLabError('INVALID_OPTION', `replay: there is no ${JOURNAL_FILE} in ${dir}.`)

  const guard = new Guard({ report, timeout: callbackTimeout })
  const hooks = createHooks(guard, report)
  for (const callback of Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback]) {
    checkCallback(callback, report)
    guard.enroll(callback, { essential: false })
    attach(hooks, callback)
  }
  const driver = new Driver({ hooks, guard, report, dir })
  await feed(path, driver, new Pace(speed), from)
  const outcome = await driver.end(LOST)
  if (!outcome) throw new SwanLabError('INVALID_FILE', `replay: ${path} holds no run.`)
  return outcome
}

/** Feeds a journal to its end, or to that of the run, when it is still being recorded. */
async function feed(path: string, driver: Driver, pace: Pace, from: number): Promise<void> {
  const cursor = new JournalCursor(path)
  let owner: ProcessIdentity | undefined
  let finish: JournalRecord | undefined
  let count = 0
  const one = async (record: JournalRecord): Promise<void> => {
    const pause = pace.pause(record.time)
    if (pause > 0) await sleep(pause)
    await driver.feed(record)
  }
  try {
    for (;;) {
      // Asked before reading: what was written before the process ended is read after it.
      const over = owner !== undefined && isAlive(owner) === false
      for (const record of cursor.read()) {
        if (record.type === 'header' || record.type === 'resume') owner = record.process
        // A run that was continued has ended more than once; only its last end is one.
        finish = record.type === 'finish' ? record : record.type === 'resume' ? undefined : finish
        if (record.type === 'finish') continue
        driver.restoring = record.type === 'log' && record.step < from
        if (pace.unhurried || isAwaited(record)) await one(record)
        else void driver.feed(record)
        if (++count % BREATH === 0) await sleep(0)
      }
      if (over || finish || owner === undefined) break
      await sleep(POLL)
    }
    for (const record of cursor.end()) await one(record)
  } finally {
    cursor.close()
  }
  driver.restoring = false
  if (finish) await one(finish)
}

function isAwaited({ type }: JournalRecord): boolean {
  return type === 'header' || type === 'resume'
}

/** Keeps the distances in time that records had. */
class Pace {
  readonly #speed: number
  #first: number | undefined
  readonly #start = performance.now()

  constructor(speed: number) {
    this.#speed = speed
  }

  get unhurried(): boolean {
    return this.#speed !== Infinity
  }

  /** Milliseconds to wait before a record. @param time - Of the record, in milliseconds since 1970. */
  pause(time: number): number {
    if (!this.unhurried) return 0
    this.#first ??= time
    return (time - this.#first) / this.#speed - (performance.now() - this.#start)
  }
}
