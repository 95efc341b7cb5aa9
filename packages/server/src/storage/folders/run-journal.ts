import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/journal'
import type { Work } from '../../reads/work.ts'
import type { Appender } from './appender.ts'
import { DamageError, unreadable } from './damage.ts'
import { isMissing } from './json-file.ts'

/** Bytes of a journal between two looks at the clock, should there be no record that is wanted. */
const STRETCH = 1_048_576
const REMEDY =
  'restore it from a backup and start the server again, or give the run up by moving its folder out of the project: what its client still sends is dropped then'

export interface JournalBeginning {
  readonly header: JournalRecord & { type: 'header' }
  /** Bytes of the whole journal. */
  readonly length: number
}

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
  async read(
    types: readonly JournalRecord['type'][],
    work: Work,
    each: (record: JournalRecord) => void | Promise<void>,
  ): Promise<void> {
    const cursor = new JournalCursor(this.#path, { only: new Set(types) })
    try {
      while (!cursor.atEnd) {
        for (const record of cursor.read(STRETCH)) {
          const more = each(record)
          if (more) await more
          if (work.due) await work.pause()
        }
        if (work.due) await work.pause()
      }
    } finally {
      cursor.close()
    }
  }

  /** @throws DamageError when nothing can be made of it. */
  async beginning(): Promise<JournalBeginning> {
    const found = await this.#found()
    if (!found.isFile()) throw this.#damaged('is no regular file')
    if (found.size === 0) throw this.#damaged('is empty')
    const first = this.#first()
    if (first?.type !== 'header') throw this.#damaged('does not begin with a header')
    return { header: first, length: found.size }
  }

  async #found(): Promise<Stats> {
    try {
      return await stat(this.#path)
    } catch (error) {
      throw isMissing(error) ? this.#damaged('is gone') : unreadable(this.#path, REMEDY, error)
    }
  }

  #first(): JournalRecord | undefined {
    try {
      const cursor = new JournalCursor(this.#path)
      try {
        return cursor.read().next().value ?? cursor.end().next().value ?? undefined
      } finally {
        cursor.close()
      }
    } catch (error) {
      throw unreadable(this.#path, REMEDY, error)
    }
  }

  #damaged(problem: string): DamageError {
    return new DamageError({ path: this.#path, problem, remedy: REMEDY })
  }

  /**
   * Gives what comes after so many bytes, and mends a last line that is not whole: its server was killed. On a disk that
   * is full, it is mended with the next line that is written.
   *
   * @param length - Of the journal.
   * @returns the length of the journal now.
   */
  async catchUp(from: number, length: number, each: (record: JournalRecord) => void): Promise<number> {
    const cursor = new JournalCursor(this.#path, { from })
    try {
      for (const record of cursor.read()) each(record)
      if (cursor.position >= length) return length
      // It may lack nothing but its break.
      for (const record of cursor.end()) each(record)
    } finally {
      cursor.close()
    }
    return length + (await this.append('\n').catch(() => 0))
  }

  release(): Promise<void> {
    return this.#appender.release(this.#path)
  }
}
