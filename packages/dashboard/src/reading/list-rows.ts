import { isDeepStrictEqual } from 'node:util'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_FILE } from '@swanlab/journal'
import { isAbandoned, listRow, type ListedRow, type RecordedRow } from './list-row.ts'

/** A row that whoever asks has not got. */
export interface ChangedListRow {
  /** Its place among those that were asked for. */
  readonly at: number
  /** Another number, another row; unique among all rows. */
  readonly version: number
  /** Likewise of its configuration. */
  readonly config: number
  readonly row: ListedRow
}

interface Kept extends Omit<ChangedListRow, 'at'> {
  readonly stamp: string
  readonly owner: RecordedRow['owner']
}

/** Rows of lists, by the real path of the run folder. Journals that have not changed are not read again. */
export class ListRows {
  readonly #kept = new Map<string, Kept>()
  // A thread that takes the place of another must not give the same numbers.
  #next = Date.now() * 1_000

  row(dir: string): ListedRow {
    return this.#look(dir).row
  }

  /**
   * @param dirs - Run folders.
   * @param known - For each of them the version that whoever asks has; 0 for none.
   * @returns the others, in the order of `dirs`.
   */
  changed(dirs: readonly string[], known: readonly number[]): ChangedListRow[] {
    const changed = dirs.flatMap((dir, at): ChangedListRow[] => {
      const { version, config, row } = this.#look(dir)
      return version === known[at] ? [] : [{ at, version, config, row }]
    })
    if (this.#kept.size > 2 * dirs.length + 1_000) this.#kept.clear()
    return changed
  }

  #look(dir: string): Kept {
    const stamp = stampOf(dir)
    const before = this.#kept.get(dir)
    // Whether somebody still writes to a run shows nowhere in its journal.
    if (before && stamp !== '' && before.stamp === stamp && !isAbandoned(dir, before)) return before
    const { row, owner } = listRow(dir)
    if (before && isDeepStrictEqual(before.row, row)) {
      const same = { ...before, stamp, owner }
      this.#kept.set(dir, same)
      return same
    }
    const config = before && isDeepStrictEqual(before.row.config, row.config) ? before.config : this.#next++
    const kept = { stamp, owner, version: this.#next++, config, row }
    this.#kept.set(dir, kept)
    return kept
  }
}

/** By which a change of a journal shows; empty when there is none, or it cannot be looked at. */
export function stampOf(dir: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(join(dir, JOURNAL_FILE))
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ''
  }
}
