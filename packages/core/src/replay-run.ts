import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Driver } from './background/driver.ts'
import type { Callback } from './kernel/callback.ts'
import { checkCallback } from './kernel/callback-check.ts'
import { SwanLabError } from './kernel/error.ts'
import { Contexts } from './kernel/context.ts'
import { Guard } from './kernel/guard.ts'
import { attach, createHooks } from './kernel/hooks.ts'
import { LOST } from './kernel/outcome.ts'
import type { Alert, Outcome } from './kernel/payloads.ts'
import { quietly } from './kernel/reporter.ts'
import { JournalCursor } from './journal/cursor.ts'
import { recordingState } from './journal/lease.ts'
import { noRunIn } from './journal/no-run.ts'
import { JOURNAL_FILE, JOURNAL_FORMAT, type JournalRecord } from './journal/records.ts'
import { processRedactor } from './runtime/mask.ts'
import type { ProcessIdentity } from './runtime/process-identity.ts'
import { realPath } from './runtime/safe-open.ts'
import { Pace } from './replay-pace.ts'
import { checkReplay } from './replay-options.ts'
import type { RaisedAlert, ReplayOptions, ReplayReport } from './replay.ts'

/** How often the journal of a living run is looked at, in milliseconds. */
const POLL = 100
/** Records between two turns of the event loop. */
const BREATH = 20_000

/** Moments that belong to a step, if they name it. Columns do, too, but are wanted whenever they came. */
const HAS_STEP: ReadonlySet<JournalRecord['type']> = new Set(['log', 'media', 'alert'])

/** Does what `replay` promises. */
export async function replayRun(
  runDir: string,
  callbacks: Callback | readonly Callback[],
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { speed, from, callbackTimeout, report: given } = checkReplay(options)
  const report = quietly(given)
  const dir = realPath(runDir)
  if (!existsSync(join(dir, JOURNAL_FILE))) throw noRunIn(dir)

  const raised: RaisedAlert[] = []
  // What a callback raises belongs to the moment that it sees, however long ago that was.
  const contexts = new Contexts({
    place: 'replay',
    report,
    clock: () => driver.lastTime,
    redactor: processRedactor(),
  })
  const guard = new Guard({ report, timeout: callbackTimeout, contexts, tracksAll: true })
  const hooks = createHooks(guard, report)
  for (const callback of Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback]) {
    checkCallback(callback, report)
    guard.enroll(callback, { essential: false })
    attach(hooks, callback, contexts)
  }
  const onRaise = (alert: Alert, callback: string): void => void raised.push(Object.freeze({ ...alert, callback }))
  const driver = new Driver({ hooks, guard, contexts, report, dir, onRaise })
  let outcome: Outcome | undefined
  try {
    const { dropped } = await feed(dir, driver, new Pace(speed), from)
    if (dropped > 0) report('warn', `${dropped} damaged lines of the run's journal were left out.`)
    outcome = await driver.end(LOST)
  } finally {
    guard.close()
  }
  if (!outcome) throw new SwanLabError('INVALID_FILE', `replay: ${join(dir, JOURNAL_FILE)} holds no run.`)
  return Object.freeze({ ...outcome, raised: Object.freeze(raised) })
}

/** Feeds a journal to its end, or to that of the run, when it is still being recorded here. */
async function feed(dir: string, driver: Driver, pace: Pace, from: number): Promise<JournalCursor['damage']> {
  const cursor = new JournalCursor(join(dir, JOURNAL_FILE))
  let owner: ProcessIdentity | undefined
  let finish: JournalRecord | undefined
  let count = 0
  const hear = (record: JournalRecord): Promise<void> | undefined => {
    driver.restoring = HAS_STEP.has(record.type) && ((record as { step?: number }).step ?? from) < from
    return driver.feed(record)
  }
  /** Answers with a promise only when there is something to wait for: a million needless ones take their time. */
  const one = (record: JournalRecord): Promise<void> | undefined => {
    if (record.type === 'header' || record.type === 'resume') owner = record.process
    if (record.type === 'header') refuseLater(record.format)
    // A run that was continued has ended more than once; only its last end is one.
    finish = record.type === 'finish' ? record : record.type === 'resume' ? undefined : finish
    if (record.type === 'finish') return undefined
    return pace.unhurried ? pace.pause(record.time).then(() => hear(record)) : hear(record)
  }
  try {
    for (;;) {
      // Asked before reading: what was written before the process ended is read after it.
      // Whoever cannot be asked is not waited for: that might have no end.
      const over = owner !== undefined && recordingState(dir, owner) !== 'alive'
      for (const record of cursor.read()) {
        const wait = one(record)
        if (wait) await wait
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
  if (finish) {
    await pace.pause(finish.time)
    await driver.feed(finish)
  }
  return cursor.damage
}

function refuseLater(format: number): void {
  if (format > JOURNAL_FORMAT)
    throw new SwanLabError('INVALID_FILE', 'replay: the run was recorded by a later version of SwanLab for TypeScript.')
}
