import type { ColumnInfo, ColumnKind } from '../kernel/payloads.ts'
import { sectionOf } from './key.ts'

const NONE: readonly ColumnInfo[] = Object.freeze([])

/** Numbers the keys of a run, and remembers which ones are news. */
export class Columns {
  #count = 0
  #news: ColumnInfo[] | undefined

  create(key: string, kind: ColumnKind, step: number, time: number): ColumnInfo {
    const column = Object.freeze({ key, index: this.#count++, kind, section: sectionOf(key), step, time })
    ;(this.#news ??= []).push(column)
    return column
  }

  /** Counts one that an earlier part of the run had made. */
  restore(): void {
    this.#count++
  }

  /** What has been made since this was asked last. */
  takeNews(): readonly ColumnInfo[] {
    const news = this.#news
    if (news === undefined) return NONE
    this.#news = undefined
    return news
  }
}
