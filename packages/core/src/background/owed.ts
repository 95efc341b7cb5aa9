import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LOST } from '../kernel/outcome.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { appendRecords } from '../journal/append-records.ts'
import { JournalCursor } from '../journal/cursor.ts'
import { lastPart, type LastPart } from '../journal/last-part.ts'
import { JOURNAL_FILE } from '../journal/records.ts'
import { settlePart, takeCare, takeLease } from '../journal/lease.ts'
import { unmark } from '../journal/running.ts'
import { abandonedRuns } from './abandoned.ts'
import { assemble, type Cast } from './cast.ts'
import { Driver } from './driver.ts'
import { finishRecord } from './finish-record.ts'
import { heardBy, noteHeard } from './heard.ts'
import { DELIVERY_BUDGET } from './hear-run.ts'
import type { Order } from './messages.ts'
import { Outbox } from './outbox.ts'
import { OutboxStore } from './outbox-store.ts'
import { RaisedAlerts } from './raised-alerts.ts'

/** How long an abandoned run waits for an `init` with those callbacks that have not heard its end, in milliseconds. */
const KEPT = 7 * 24 * 3_600_000
const NOBODY: ReadonlySet<string> = new Set()

/**
 * Ends abandoned runs of the same logdir as lost, and delivers what is owed of them, through those callbacks of this run
 * that the other had too. For those that this run lacks it stays for a week. Each is taken by one process only.
 */
export async function settleOwed(order: Order, report: Report, stop: AbortSignal): Promise<void> {
  for (const dir of abandonedRuns(dirname(order.dir))) {
    if (dir === order.dir || stop.aborted) continue
    try {
      await settle(dir, order, report, stop)
    } catch (error) {
      report('warn', `The abandoned run in ${dir} could not be settled: ${describeError(error)}`)
    }
  }
}

async function settle(dir: string, order: Order, report: Report, stop: AbortSignal): Promise<void> {
  const path = join(dir, JOURNAL_FILE)
  if (!existsSync(path)) return unmark(dir)
  const part = lastPart(path)
  const care = takeCare(dir, part.from)
  // Another process settles it.
  if (!care.taken) return
  let settled = false
  try {
    settled = await settlePartOf(dir, part, order, report, stop)
  } finally {
    care.release()
  }
  if (settled) settlePart(dir, part.from)
}

/** @returns whether nothing is owed any more. */
async function settlePartOf(
  dir: string,
  { from, run, finished }: LastPart,
  order: Order,
  report: Report,
  stop: AbortSignal,
): Promise<boolean> {
  const path = join(dir, JOURNAL_FILE)
  const callbacks = run?.callbacks ?? []
  const cast = order.callbacks.filter(({ name }) => callbacks.some((other) => other.name === name))
  const heard = finished ? heardBy(dir, from) : NOBODY
  const missing = callbacks.filter(({ name, place }) => place === 'resident' && !heard.has(name) && !has(cast, name))
  const kept = missing.length > 0 && Date.now() - statSync(path).mtimeMs < KEPT
  if (kept && finished && cast.length === 0) return false
  const outbox = new Outbox({ store: new OutboxStore(dir), part: String(from), budget: DELIVERY_BUDGET, report })
  outbox.runEnded()
  const call = async (who: Order['callbacks']): Promise<Cast> => assemble(who, order.callbackTimeout, outbox, report)
  // Whoever has heard the end may still have something to deliver.
  const fresh = cast.filter(({ name }) => !heard.has(name))
  const [listeners, others] = [await call(fresh), await call(cast.filter(({ name }) => heard.has(name)))]
  if (!finished || fresh.length > 0) {
    if (!(await tell(dir, listeners, { from, finished }, report))) {
      outbox.stop()
      return false
    }
    noteHeard(
      dir,
      from,
      fresh.map(({ name }) => name),
    )
  }
  const lasting = [...listeners.lasting, ...others.lasting]
  stop.addEventListener('abort', () => {
    outbox.stop()
    for (const work of lasting) work.stop()
  })
  const works = lasting.map((work) => work.settled())
  await outbox.settled()
  for (const remark of await Promise.all(works)) if (remark !== undefined) report('warn', remark)
  return !kept && outbox.deliveries().every(({ state }) => state !== 'waiting')
}

/**
 * Tells the last part of a run to those who have not heard it, and ends it if nobody has.
 *
 * @returns false when it has been continued meanwhile: whoever did that has ended this part.
 */
async function tell(
  dir: string,
  { guard, contexts, hooks }: Cast,
  { from, finished }: { readonly from: number; readonly finished: boolean },
  report: Report,
): Promise<boolean> {
  const path = join(dir, JOURNAL_FILE)
  const raised = new RaisedAlerts()
  const driver = new Driver({
    hooks,
    guard,
    contexts,
    report,
    dir,
    onRaise: (alert) => raised.raise(alert),
    onRecorded: (id) => raised.recorded(id),
  })
  const cursor = new JournalCursor(path, { owner: 'own' })
  for (const records of [cursor.read(), cursor.end()]) {
    for (const record of records) {
      driver.restoring = cursor.offset < from
      await driver.feed(record)
    }
  }
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
    if (lastPart(path).from !== from) return false
    appendRecords(path, records)
    return true
  } finally {
    lease.release()
  }
}

function has(callbacks: Order['callbacks'], wanted: string): boolean {
  return callbacks.some(({ name }) => name === wanted)
}
