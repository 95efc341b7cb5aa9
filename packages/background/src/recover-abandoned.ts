import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type CallbackSet, describeError, LOST, Outbox, type Report } from '@swanlab/core/internal'
import {
  abandonedRuns,
  appendRecords,
  drive,
  Driver,
  JOURNAL_FILE,
  JournalCursor,
  lastSession,
  type LastSession,
  settleSession,
  takeSessionLock,
  takeLease,
  unmark,
} from '@swanlab/journal/internal'
import { acknowledge, acknowledgedBy } from './acks.ts'
import { finishRecord } from './finish-record.ts'
import { DELIVERY_BUDGET, GRACE, onAbort, WORK_BUDGET } from './follow-run.ts'
import type { FollowOrder, ResidentCallback } from './ipc-messages.ts'
import { messageRedactor } from './message-redactor.ts'
import { OutboxFiles } from './outbox-files.ts'
import { RaisedAlerts } from './raised-alerts.ts'
import { rebuildCallbacks } from './rebuild-callbacks.ts'

/** How long an abandoned run waits for an `init` with those callbacks that have not seen its end, in milliseconds. */
const KEPT = 7 * 24 * 3_600_000
const NOBODY: ReadonlySet<string> = new Set()

/**
 * Ends abandoned runs of the same logdir as lost, and delivers what is left of them, through those callbacks of this run
 * that the other had too. For those that this run lacks it stays for a week. Each is taken by one process only.
 */
export async function recoverAbandoned(order: FollowOrder, report: Report, stop: AbortSignal): Promise<void> {
  for (const dir of abandonedRuns(dirname(order.dir))) {
    if (dir === order.dir || stop.aborted) continue
    try {
      await recover(dir, order, report, stop)
    } catch (error) {
      report('warn', `The abandoned run in ${dir} could not be settled: ${describeError(error)}`)
    }
  }
}

async function recover(dir: string, order: FollowOrder, report: Report, stop: AbortSignal): Promise<void> {
  const path = join(dir, JOURNAL_FILE)
  if (!existsSync(path)) return unmark(dir)
  const session = lastSession(path)
  const sessionLock = takeSessionLock(dir, session.from)
  // Another process settles it.
  if (!sessionLock.taken) return
  let settled = false
  try {
    settled = await recoverSession(dir, session, order, report, stop)
  } finally {
    sessionLock.release()
  }
  if (settled) settleSession(dir, session.from)
}

/** @returns whether nothing is left to do any more. */
async function recoverSession(
  dir: string,
  { from, run, finished }: LastSession,
  order: FollowOrder,
  report: Report,
  stop: AbortSignal,
): Promise<boolean> {
  const path = join(dir, JOURNAL_FILE)
  const earlier = run?.callbacks ?? []
  const common = order.callbacks.filter(({ name }) => earlier.some((other) => other.name === name))
  const acks = finished ? acknowledgedBy(dir, from) : NOBODY
  const missing = earlier.filter(({ name, place }) => place === 'resident' && !acks.has(name) && !has(common, name))
  const kept = missing.length > 0 && Date.now() - statSync(path).mtimeMs < KEPT
  if (kept && finished && common.length === 0) return false
  const outbox = new Outbox({
    store: new OutboxFiles(dir),
    part: String(from),
    budget: DELIVERY_BUDGET,
    report,
    redact: messageRedactor(order.redact),
  })
  outbox.runEnded()
  const halt = new AbortController()
  const rebuilt = (callbacks: readonly ResidentCallback[]): Promise<CallbackSet> => {
    const { callbackTimeout: timeout, redact } = order
    return rebuildCallbacks({ callbacks, timeout, redact, outbox, report, redelivered: true, signal: halt.signal })
  }
  // A callback that has been given the end may still have something to deliver.
  const fresh = common.filter(({ name }) => !acks.has(name))
  const others = await rebuilt(common.filter(({ name }) => acks.has(name)))
  const listeners = await rebuilt(fresh)
  try {
    if (!finished || fresh.length > 0) {
      if (!(await deliverEnd(dir, listeners, { from, finished }, report))) {
        outbox.stop()
        return false
      }
      acknowledge(
        dir,
        from,
        fresh.map(({ name }) => name),
      )
    }
    onAbort(stop, () => {
      outbox.stop()
      halt.abort()
    })
    await outbox.settled()
    const late = await listeners.pending.settled(WORK_BUDGET)
    if (late.length > 0) {
      report('warn', `Not done within ${WORK_BUDGET / 60_000} min: ${late.join(', ')}.`)
      halt.abort()
      await listeners.pending.settled(GRACE)
    }
    return !kept && outbox.deliveries().every(({ state }) => state !== 'waiting')
  } finally {
    halt.abort()
    others.close()
    listeners.close()
  }
}

/**
 * Replays the last session of a run to callbacks that have not been given its end, and ends it if it has no end.
 *
 * @returns false when it has been continued meanwhile: whoever did that has ended this session.
 */
async function deliverEnd(
  dir: string,
  callbacks: CallbackSet,
  { from, finished }: { readonly from: number; readonly finished: boolean },
  report: Report,
): Promise<boolean> {
  const raised = new RaisedAlerts()
  const warned = new Set<string>()
  const driver = new Driver({
    callbacks,
    report,
    dir,
    act: {
      raise: (alert, name) => raised.raise(alert, name),
      log: (_data, _step, name) => {
        if (!warned.has(name))
          report('warn', `What callback "${name}" logs is not recorded: the run in ${dir} is over.`)
        warned.add(name)
      },
      // There is nothing left to stop.
      requestStop: () => {},
    },
    onRecorded: (id) => raised.recorded(id),
  })
  const cursor = new JournalCursor(join(dir, JOURNAL_FILE), { owner: 'own' })
  const restoring = (): boolean => cursor.offset < from
  await drive(driver, cursor.read(), { restoring })
  await drive(driver, cursor.end(), { restoring })
  cursor.close()
  if (!finished) {
    if (!append(dir, from, [...raised.take(), finishRecord(driver, LOST)])) return false
    await driver.end(LOST)
  }
  append(dir, from, raised.take())
  return true
}

/** @returns false when the run has been continued, and its journal is somebody else's. */
function append(dir: string, from: number, records: Parameters<typeof appendRecords>[1]): boolean {
  if (records.length === 0) return true
  const lease = takeLease(dir)
  if (!lease.taken) return false
  try {
    const path = join(dir, JOURNAL_FILE)
    if (lastSession(path).from !== from) return false
    appendRecords(path, records)
    return true
  } finally {
    lease.release()
  }
}

function has(callbacks: readonly ResidentCallback[], wanted: string): boolean {
  return callbacks.some(({ name }) => name === wanted)
}
