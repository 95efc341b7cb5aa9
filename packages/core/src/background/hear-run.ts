import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Verdict } from '../kernel/outcome.ts'
import type { Outcome } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { appendRecords } from '../journal/append-records.ts'
import { JournalCursor } from '../journal/cursor.ts'
import { settlePart, takeLease } from '../journal/lease.ts'
import { JOURNAL_FILE, type FinishRecord, type JournalRecord } from '../journal/records.ts'
import type { TakenLock } from '../runtime/process-lock.ts'
import { awaitAll } from './await-all.ts'
import { assemble } from './cast.ts'
import { DeathWatch } from './death.ts'
import { Driver } from './driver.ts'
import { finishRecord } from './finish-record.ts'
import { HeapSampler } from './heap-sampler.ts'
import type { Lifeline } from './lifeline.ts'
import { Lookout } from './lookout.ts'
import type { Order } from './messages.ts'
import { Outbox } from './outbox.ts'
import { OutboxStore } from './outbox-store.ts'
import { Pulse } from './pulse.ts'
import { RaisedAlerts } from './raised-alerts.ts'
import { noteHeard } from './heard.ts'
import { inheritedTestimony, Testimony } from './testimony.ts'

/** How long the word of whoever saw the training die is waited for, in milliseconds. */
const GRACE = 2_000
/** How often it is asked meanwhile whether the training has let go, in milliseconds. */
const LOOK = 50
/** How long after the end of a run its notifications are tried, in milliseconds. */
export const DELIVERY_BUDGET = 3_600_000

/** What is heard from the training, and how it hears of us. */
export type Line = Pick<Lifeline, 'cut' | 'farewell' | 'onWord' | 'send'>

/**
 * Drives the resident callbacks of one run while it is recorded, explains its death if it dies, and stays until its
 * notifications are delivered or their time is over.
 *
 * @param here - Inside the training itself. It is not kept alive then, and as nobody is left to try again after it, the
 *   news that all is settled waits for every attempt.
 */
export async function hearRun(
  order: Order,
  lifeline: Line,
  report: Report,
  stop: AbortSignal,
  here = false,
): Promise<void> {
  const watch = new DeathWatch(order.training)
  const testimony = here ? new Testimony(undefined) : inheritedTestimony()
  const heap = new HeapSampler(order.training.pid, order.heapLimit)
  const outbox = new Outbox({
    store: new OutboxStore(order.dir),
    part: String(order.from),
    budget: DELIVERY_BUDGET,
    report,
    holds: !here,
  })
  // The background process keeps its own news to its log file. What callbacks say is meant for the user.
  const say: Report = (level, message) => {
    report(level, message)
    if (!here && (level === 'info' || level === 'debug')) lifeline.send({ type: 'report', level, message })
  }
  const { guard, contexts, hooks, lasting } = await assemble(
    order.callbacks,
    order.callbackTimeout,
    outbox,
    report,
    say,
  )
  const raised = new RaisedAlerts((alert) => lifeline.send({ type: 'alert', alert }))
  const cursor = new JournalCursor(join(order.dir, JOURNAL_FILE))
  const driver = new Driver({
    hooks,
    guard,
    contexts,
    report,
    dir: order.dir,
    onRaise: (alert) => raised.raise(alert),
    onRecorded: (id) => raised.recorded(id),
  })

  const pulse = new Pulse(!here)
  lifeline.onWord(() => pulse.now())
  stop.addEventListener('abort', () => pulse.now())
  const lookout = new Lookout(join(order.dir, JOURNAL_FILE), pulse)
  const last = (): boolean => lifeline.cut || stop.aborted

  const outcome =
    (await follow(order, cursor, driver, lookout, lifeline, last)) ??
    (stop.aborted
      ? undefined
      : await conclude(order, cursor, driver, raised, async () =>
          watch.explain({ status: await testimony.status(GRACE), hidden: heap.hidden, heap: heap.last() }),
        ))
  heap.stop()
  testimony.close()
  // Told to stop while the training lives on: nothing more can be known, and what is known is on disk.
  const halt = (): void => {
    outbox.stop()
    for (const work of lasting) work.stop()
  }
  if (!outcome) {
    halt()
    lookout.stop()
    cursor.close()
    // An attempt that has begun is brought to its end: cut off, its message would be sent twice.
    return outbox.settled()
  }
  outbox.runEnded()
  noteHeard(
    order.dir,
    order.from,
    order.callbacks.map(({ name }) => name),
  )
  if (stop.aborted) halt()
  stop.addEventListener('abort', halt)

  // Each by itself: a message does not wait for an upload.
  const works = [
    ...(here ? outbox.busy() : outbox.untried()).map((name) => ({
      name,
      done: (here ? outbox.settled(name) : outbox.tried(name)).then(() => undefined),
    })),
    ...lasting.map((work) => ({ name: work.name, done: work.settled() })),
  ]
  const remarks = await awaitAll(works, (names) =>
    lifeline.send({ type: 'awaited', names, callbacks: guard.reports(), deliveries: outbox.deliveries() }),
  )
  for (const remark of remarks) if (remark !== undefined) report('warn', remark)
  lifeline.send({ type: 'settled', state: outcome.state, callbacks: guard.reports(), deliveries: outbox.deliveries() })
  await recordRest(order, cursor, raised, lifeline, pulse)
  lookout.stop()
  cursor.close()
  await outbox.settled()
  if (outbox.deliveries().every(({ state }) => state !== 'waiting')) settlePart(order.dir, order.from)
}

/** Feeds records as they come. @returns the outcome, when the training wrote one. */
async function follow(
  order: Order,
  cursor: JournalCursor,
  driver: Driver,
  lookout: Lookout,
  lifeline: Line,
  last: () => boolean,
): Promise<Outcome | undefined> {
  for (;;) {
    // Asked before reading: what was written before the training said farewell or died is read after it.
    const enough = last()
    const { farewell } = lifeline
    const before = cursor.position
    const outcome = await readOn(order, cursor, driver)
    if (outcome) return outcome
    if (farewell) {
      write(order.dir, [farewell])
      await driver.feed(farewell)
      return driver.outcome
    }
    if (enough) return undefined
    await lookout.next(cursor.position > before)
  }
}

/** Feeds what there is. */
async function readOn(order: Order, cursor: JournalCursor, driver: Driver): Promise<Outcome | undefined> {
  for (const record of cursor.read()) {
    driver.restoring = cursor.offset < order.from
    const wait = driver.feed(record)
    if (wait) await wait
    if (driver.outcome) return driver.outcome
  }
  return undefined
}

/** The training is gone and did not say how it ended: finds out, writes it down, tells everybody. */
async function conclude(
  order: Order,
  cursor: JournalCursor,
  driver: Driver,
  raised: RaisedAlerts,
  explain: () => Promise<Verdict>,
): Promise<Outcome | undefined> {
  const finished = await readOn(order, cursor, driver)
  if (finished) return finished
  for (const record of cursor.end()) await driver.feed(record)
  if (driver.outcome) return driver.outcome
  const time = driver.lastTime + sinceLastWrite(order.dir)
  const verdict = await explain()
  const lease = await leaseOf(order.dir)
  try {
    // Whoever continues the run has ended this part, and what follows in the journal is theirs.
    const ended = await readOn(order, cursor, driver)
    if (ended) return ended
    if (lease !== 'held') write(order.dir, [...raised.take(), finishRecord(driver, verdict, time)])
  } finally {
    if (typeof lease === 'object') lease.release()
  }
  return driver.end(verdict, time)
}

/**
 * The lease of a run whose training is dead. The kernel closes the files of a dead process one by one, and that of a
 * gigabyte takes its time, so the line may be cut before the lease is free. Still held after that: somebody continues
 * the run. Absent: there can be none, as in a deleted folder.
 */
async function leaseOf(dir: string): Promise<TakenLock | 'held' | undefined> {
  try {
    for (let waited = 0; ; waited += LOOK) {
      const lease = takeLease(dir)
      if (lease.taken) return lease
      if (waited >= GRACE) return 'held'
      await sleep(LOOK)
    }
  } catch {
    return undefined
  }
}

/** How long a training that has just died had been silent, in milliseconds. Its own clock may be anything. */
function sinceLastWrite(dir: string): number {
  try {
    return Math.max(0, Math.round(Date.now() - statSync(join(dir, JOURNAL_FILE)).mtimeMs))
  } catch {
    // Deleted.
    return 0
  }
}

/**
 * Alerts that the training has not recorded when the run is over: those raised in the last moments, or while a loop
 * that never yielded went on to `process.exit`. As long as it holds the line they are its own to record.
 */
async function recordRest(
  { dir }: Order,
  cursor: JournalCursor,
  raised: RaisedAlerts,
  lifeline: Line,
  pulse: Pulse,
): Promise<void> {
  for (let waited = 0; raised.size > 0 && !lifeline.cut && waited < GRACE; waited += LOOK) await pulse.next(LOOK)
  if (raised.size === 0 || !lifeline.cut) return
  const lease = await leaseOf(dir)
  try {
    for (const record of cursor.read()) {
      if (record.type === 'alert' && record.id !== undefined) raised.recorded(record.id)
      // Somebody continues the run, and its journal.
      if (record.type === 'resume') return
    }
    if (lease !== 'held') write(dir, raised.take())
  } finally {
    if (typeof lease === 'object') lease.release()
  }
}

function write(dir: string, records: readonly (FinishRecord | Extract<JournalRecord, { type: 'alert' }>)[]): void {
  try {
    appendRecords(join(dir, JOURNAL_FILE), records)
  } catch {
    // A full or read-only disk, or a deleted journal: the callbacks hear the end all the same.
  }
}
