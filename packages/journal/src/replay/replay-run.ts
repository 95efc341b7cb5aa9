import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { drive } from './drive.ts'
import { Driver } from './driver.ts'
import {
  addRulesOf,
  type Callback,
  CallbackSet,
  checkOptions,
  type Checks,
  LOST,
  Outbox,
  OutboxMemory,
  type Outcome,
  processRedactor,
  quietly,
  SwanLabError,
  terminalReport,
} from '@swanlab/core/internal'
import { realPath } from '../files/safe-open.ts'
import { JournalCursor } from '../format/cursor.ts'
import { recordingState } from '../format/lease.ts'
import { noRunIn } from '../format/no-run.ts'
import { JOURNAL_FILE, JOURNAL_FORMAT, type JournalRecord } from '../format/records.ts'
import type { ProcessIdentity } from '../files/process-identity.ts'
import { Pace } from './replay-pace.ts'
import type { LoggedRow, RaisedAlert, ReplayOptions, ReplayReport, StopRequest } from './replay-types.ts'

/** How often the journal of a living run is looked at, in milliseconds. */
const POLL = 100

const CHECKS: Checks<ReplayOptions> = {
  speed: ['a number above 0', (value) => typeof value === 'number' && value > 0],
  from: ['a step: a number from 0', (value) => typeof value === 'number' && value >= 0],
  callbackTimeout: ['a number of milliseconds above 0', (value) => typeof value === 'number' && value > 0],
  report: ['a function', (value) => typeof value === 'function'],
}

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

  const all = Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback]
  const raised: RaisedAlert[] = []
  const logged: LoggedRow[] = []
  const stopRequests: StopRequest[] = []
  const store = new OutboxMemory()
  const redactor = processRedactor()
  const redact = (text: string): string => redactor.text(text, 'message')
  const outbox = new Outbox({ store, part: '', budget: callbackTimeout, report, redact })
  const set = new CallbackSet({
    place: 'replay',
    report,
    // What a callback raises belongs to the moment that it sees, however long ago that was.
    clock: () => driver.lastTime,
    redactor,
    timeout: callbackTimeout,
    outbox,
  })
  const driver: Driver = new Driver({
    callbacks: set,
    report,
    dir,
    act: {
      raise: (alert, callback) => void raised.push(Object.freeze({ ...alert, callback })),
      log: (data, step, callback) => void logged.push(Object.freeze({ data, step, callback })),
      requestStop: (reason, callback) => void stopRequests.push(Object.freeze({ reason, callback })),
    },
  })
  let outcome: Outcome | undefined
  try {
    for (const callback of all) set.enroll(callback)
    addRulesOf(all, redactor)
    for (const callback of all) set.attach(callback)
    const { dropped } = await feed(dir, driver, new Pace(speed), from)
    if (dropped > 0) report('warn', `${dropped} damaged lines of the run's journal were left out.`)
    outcome = await driver.end(LOST)
    outbox.runEnded()
    await outbox.settled()
    const late = await set.pending.settled(callbackTimeout)
    if (late.length > 0) report('warn', `Not done within ${callbackTimeout / 1_000} s: ${late.join(', ')}.`)
    set.hooks.close.call()
  } finally {
    outbox.stop()
    set.guard.close()
  }
  if (!outcome) throw new SwanLabError('INVALID_FILE', `replay: ${join(dir, JOURNAL_FILE)} holds no run.`)
  return Object.freeze({
    ...outcome,
    callbacks: set.guard.reports(),
    raised: Object.freeze(raised),
    logged: Object.freeze(logged),
    stopRequests: Object.freeze(stopRequests),
    messages: Object.freeze(store.messages),
  })
}

/** Feeds a journal to its end, or to that of the run, when it is still being recorded here. */
async function feed(dir: string, driver: Driver, pace: Pace, from: number): Promise<JournalCursor['damage']> {
  const cursor = new JournalCursor(join(dir, JOURNAL_FILE))
  let owner: ProcessIdentity | undefined
  let finish: JournalRecord | undefined
  /** All but the ends: a run that was continued has ended more than once, and only its last end is one. */
  function* withoutEnds(records: Iterable<JournalRecord>): Generator<JournalRecord, void> {
    for (const record of records) {
      if (record.type === 'header' || record.type === 'resume') owner = record.process
      if (record.type === 'header') refuseLater(record.format)
      finish = record.type === 'finish' ? record : record.type === 'resume' ? undefined : finish
      if (record.type !== 'finish') yield record
    }
  }
  const options = {
    restoring: (record: JournalRecord) =>
      HAS_STEP.has(record.type) && ((record as { step?: number }).step ?? from) < from,
    ...(pace.unhurried && { before: (record: JournalRecord) => pace.pause(record.time) }),
  }
  try {
    for (;;) {
      // Asked before reading: what was written before the process ended is read after it.
      // Whoever cannot be asked is not waited for: that might have no end.
      const over = owner !== undefined && recordingState(dir, owner) !== 'alive'
      await drive(driver, withoutEnds(cursor.read()), options)
      if (over || finish || owner === undefined) break
      await sleep(POLL)
    }
    await drive(driver, withoutEnds(cursor.end()), options)
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

/** @throws SwanLabError `INVALID_OPTION`; every problem is named. */
function checkReplay(options: ReplayOptions): { [K in keyof ReplayOptions]-?: NonNullable<ReplayOptions[K]> } {
  checkOptions('replay', options, CHECKS)
  const { speed = Infinity, from = 0, callbackTimeout = 60_000, report = terminalReport() } = options
  return { speed, from, callbackTimeout, report }
}
