import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LOST } from '../kernel/outcome.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { appendFinish } from '../journal/append-finish.ts'
import { JournalCursor } from '../journal/cursor.ts'
import { lastPart } from '../journal/last-part.ts'
import { JOURNAL_FILE } from '../journal/records.ts'
import { besideMark, unmark } from '../journal/running.ts'
import { takeLock } from '../runtime/process-lock.ts'
import { abandonedRuns } from './abandoned.ts'
import { assemble } from './cast.ts'
import { Driver } from './driver.ts'
import { finishRecord } from './finish-record.ts'
import { noteHeard, wasHeard } from './heard.ts'
import { DELIVERY_BUDGET } from './hear-run.ts'
import type { Order } from './messages.ts'
import { Outbox } from './outbox.ts'
import { OutboxStore } from './outbox-store.ts'

/**
 * Ends abandoned runs of the same logdir as lost, and delivers what is owed of them, through those callbacks of this run
 * that the other had too. Each is taken by one process only.
 */
export async function settleOwed(order: Order, report: Report, stop: AbortSignal): Promise<void> {
  for (const dir of abandonedRuns(dirname(order.dir))) {
    if (dir === order.dir || stop.aborted) continue
    const release = lock(dir)
    if (!release) continue
    try {
      await settle(dir, order, report, stop)
    } catch (error) {
      report('warn', `The abandoned run in ${dir} could not be settled: ${describeError(error)}`)
    } finally {
      release()
    }
  }
}

async function settle(dir: string, order: Order, report: Report, stop: AbortSignal): Promise<void> {
  const path = join(dir, JOURNAL_FILE)
  if (!existsSync(path)) return unmark(dir)
  const { from, run, finished } = lastPart(path)
  const callbacks = run?.callbacks ?? []
  const cast = order.callbacks.filter(({ name }) => callbacks.some((other) => other.name === name))
  const outbox = new Outbox({ store: new OutboxStore(dir), part: String(from), budget: DELIVERY_BUDGET, report })
  outbox.runEnded()
  const { guard, hooks, lasting } = await assemble(cast, order.callbackTimeout, outbox, report)
  if (!finished || !wasHeard(dir, from)) {
    const driver = new Driver({ hooks, guard, report, dir })
    const cursor = new JournalCursor(path)
    for (const records of [cursor.read(), cursor.end()]) {
      for (const record of records) {
        driver.restoring = cursor.offset < from
        await driver.feed(record)
      }
    }
    cursor.close()
    if (!finished) {
      appendFinish(path, finishRecord(driver, LOST))
      await driver.end(LOST)
    }
    noteHeard(dir, from)
  }
  stop.addEventListener('abort', () => {
    outbox.stop()
    for (const work of lasting) work.stop()
  })
  const works = lasting.map((work) => work.settled())
  await outbox.settled()
  for (const remark of await Promise.all(works)) if (remark !== undefined) report('warn', remark)
  if (outbox.deliveries().every(({ state }) => state !== 'waiting')) unmark(dir)
}

/** Undefined: another living process takes care of it, or nobody can. */
function lock(dir: string): (() => void) | undefined {
  try {
    const taken = takeLock(besideMark(dir, 'lock'))
    return taken.taken ? taken.release : undefined
  } catch {
    return undefined
  }
}
