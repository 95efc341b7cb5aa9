import { setImmediate as turn } from 'node:timers/promises'
import type { JournalRecord } from '../format/records.ts'
import type { Driver } from './driver.ts'

/** Records between two turns of the event loop. */
const BREATH = 20_000

export interface DriveOptions {
  /** Is a record only remembered, and nobody given it? */
  readonly restoring: (record: JournalRecord) => boolean
  /** What is waited for before a record. Default: nothing. */
  readonly before?: ((record: JournalRecord) => Promise<void>) | undefined
  /** True: what follows the end of the run is left unread. Default: false. */
  readonly untilEnd?: boolean | undefined
}

/** Feeds records to a driver. Waits only where there is something to wait for: a million needless promises take time. */
export async function drive(
  driver: Driver,
  records: Iterable<JournalRecord>,
  { restoring, before, untilEnd = false }: DriveOptions,
): Promise<void> {
  let count = 0
  for (const record of records) {
    if (before) await before(record)
    driver.restoring = restoring(record)
    const done = driver.feed(record)
    if (done) await done
    if (untilEnd && driver.outcome) return
    if (++count % BREATH === 0) await turn()
  }
}
