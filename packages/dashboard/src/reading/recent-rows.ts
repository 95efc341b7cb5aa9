import type { LiveRow } from '../protocol/events.ts'
import { wireNumber } from './run-detail.ts'
import type { NewRow } from './run-index.ts'

/** Rows that are kept of a run: those that were read last. */
const MOST_ROWS = 500
/** Values of all of them together. */
const MOST_VALUES = 50_000

/** What was logged between two places of a journal. `rows` is absent when that is too much, or not known. */
export interface RowsSince {
  readonly offset: number
  /** Another number, another journal: what was known of the one before is worth nothing. */
  readonly journal: number
  readonly rows: readonly LiveRow[] | undefined
}

interface Recent {
  readonly row: NewRow
  readonly values: number
  /** Where its record ends, in bytes of the journal. */
  readonly to: number
}

let journals = Date.now()

/** The end of a run, as a page that follows it gets it. */
export class RecentRows {
  #rows: Recent[] = []
  #values = 0
  /** Every row behind this place is here. */
  #from = 0
  #journal = journals++

  /** @param to - Where its record ends, in bytes of the journal. */
  add(row: NewRow, to: number): void {
    const values = Object.keys(row.data).length
    this.#rows.push({ row, values, to })
    this.#values += values
    // Not for each row: moving the others up costs more than keeping some too many for a while.
    if (this.#rows.length > 2 * MOST_ROWS || this.#values > 2 * MOST_VALUES) this.#trim()
  }

  clear(): void {
    this.#rows = []
    this.#values = 0
    this.#from = 0
    this.#journal = journals++
  }

  /**
   * @param from - Bytes of the journal that the page knows.
   * @param now - Bytes that have been read.
   * @param told - Every row behind this place has been added, in bytes of the journal.
   * @param isPlace - Whether a line of the journal begins there.
   */
  since(from: number, now: number, told: number, isPlace: (offset: number) => boolean): RowsSince {
    const journal = this.#journal
    if (from === now) return { offset: now, journal, rows: [] }
    this.#trim()
    const isKnown = from >= Math.max(this.#from, told) && from < now && isPlace(from)
    if (!isKnown) return { offset: now, journal, rows: undefined }
    return { offset: now, journal, rows: this.#rows.filter(({ to }) => to > from).map(toLive) }
  }

  #trim(): void {
    let drop = Math.max(0, this.#rows.length - MOST_ROWS)
    for (let at = 0; at < drop; at++) this.#values -= this.#rows[at]!.values
    while (this.#values > MOST_VALUES) this.#values -= this.#rows[drop++]!.values
    if (drop === 0) return
    this.#from = this.#rows[drop - 1]!.to
    this.#rows = this.#rows.slice(drop)
  }
}

function toLive({ row: { step, time, data }, to }: Recent): LiveRow {
  const values = Object.entries(data).map(([key, value]) => [key, wireNumber(value)] as const)
  return { step, time, data: Object.fromEntries(values), to }
}
