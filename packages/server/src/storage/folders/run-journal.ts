import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/core/journal'
import type { Appender } from './appender.ts'

/** Records between two turns of the event loop while a journal is read. */
const BREATH = 5_000

/** The journal of a run that others log to. */
export class RunJournal {
  readonly #path: string
  readonly #appender: Appender

  constructor(dir: string, appender: Appender) {
    this.#path = join(dir, JOURNAL_FILE)
    this.#appender = appender
  }

  /** Resolves when the text is on the disk. @returns its bytes. @throws the file system's own error; ApiError 507 when too much is waiting. */
  async append(text: string): Promise<number> {
    await this.#appender.append(this.#path, text)
    return Buffer.byteLength(text)
  }

  /** Reads it, letting others work meanwhile. */
  async read(types: readonly JournalRecord['type'][], each: (record: JournalRecord) => void): Promise<void> {
    const cursor = new JournalCursor(this.#path, { only: new Set(types) })
    try {
      let count = 0
      for (const record of cursor.read()) {
        each(record)
        if (++count % BREATH === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      cursor.close()
    }
  }

  async length(): Promise<number> {
    return (await stat(this.#path).catch(() => ({ size: 0 }))).size
  }

  /** The first record, when it is a header. */
  header(): (JournalRecord & { type: 'header' }) | undefined {
    let cursor: JournalCursor
    try {
      cursor = new JournalCursor(this.#path)
    } catch {
      return undefined
    }
    try {
      const { value: first } = cursor.read().next()
      return first?.type === 'header' ? first : undefined
    } finally {
      cursor.close()
    }
  }

  /**
   * Gives what comes after so many bytes, and mends a last line that is not whole: its server was killed.
   *
   * @returns the length of the journal.
   */
  async catchUp(from: number, each: (record: JournalRecord) => void): Promise<number> {
    const length = await this.length()
    const cursor = new JournalCursor(this.#path, { from })
    try {
      for (const record of cursor.read()) each(record)
      if (cursor.position >= length) return length
      // It may lack nothing but its break.
      for (const record of cursor.end()) each(record)
    } finally {
      cursor.close()
    }
    return length + (await this.append('\n'))
  }

  release(): Promise<void> {
    return this.#appender.release(this.#path)
  }
}
