import type { Owner } from '../files/safe-open.ts'
import { JournalCursor, type JournalDamage } from './cursor.ts'
import type { JournalRecord } from './records.ts'

/**
 * Reads a journal from its beginning, one record at a time, in bounded memory. Damage costs the line it is in: a torn
 * end, a stretch of zeros, a flipped byte. What was left out is counted in `damage`.
 *
 * @throws as {@link JournalCursor} when the file cannot be opened.
 */
export class JournalReader implements Iterable<JournalRecord> {
  readonly #path: string
  readonly #owner: Owner
  #damage: JournalDamage = { dropped: 0, torn: false }

  /** @param owner - Whose journals are read. Default: `any`. */
  constructor(path: string, owner: Owner = 'any') {
    this.#path = path
    this.#owner = owner
  }

  get damage(): JournalDamage {
    return this.#damage
  }

  *[Symbol.iterator](): Generator<JournalRecord, void> {
    const cursor = new JournalCursor(this.#path, { owner: this.#owner })
    this.#damage = cursor.damage
    try {
      yield* cursor.read()
      yield* cursor.end()
    } finally {
      cursor.close()
    }
  }
}
