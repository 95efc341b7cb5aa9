import { JournalCursor, type JournalDamage } from './cursor.ts'
import type { JournalRecord } from './records.ts'

/**
 * Reads a journal from its beginning, one record at a time, in bounded memory. Damage costs the line it is in: a torn
 * end, a stretch of zeros, a flipped byte. What was left out is counted in `damage`.
 *
 * @throws the file system's own error when the file cannot be read.
 */
export class JournalReader implements Iterable<JournalRecord> {
  readonly #path: string
  #damage: JournalDamage = { dropped: 0, torn: false }

  constructor(path: string) {
    this.#path = path
  }

  get damage(): JournalDamage {
    return this.#damage
  }

  *[Symbol.iterator](): Generator<JournalRecord, void> {
    const cursor = new JournalCursor(this.#path)
    this.#damage = cursor.damage
    try {
      yield* cursor.read()
      yield* cursor.end()
    } finally {
      cursor.close()
    }
  }
}
