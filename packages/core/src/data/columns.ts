import type { ColumnInfo, ColumnKind } from '../contract/payloads.ts'
import { sectionOf } from './key.ts'

const NONE: readonly ColumnInfo[] = Object.freeze([])

/** Numbers the keys of a run, and remembers which ones are news. */
export class Columns {
  readonly #byKey = new Map<string, ColumnInfo>()
  #next = 0
  #news: ColumnInfo[] | undefined

  /** What a key holds; absent when there is no such key yet. */
  kindOf(key: string): ColumnKind | undefined {
    return this.#byKey.get(key)?.kind
  }

  /** The column of a key; a new one when it has none. */
  of(key: string, kind: ColumnKind, step: number, time: number): ColumnInfo {
    const known = this.#byKey.get(key)
    if (known) return known
    const column = this.#add({ key, index: this.#next, kind, section: sectionOf(key), step, time })
    ;(this.#news ??= []).push(column)
    return column
  }

  /** One that an earlier part of the run had made. */
  restore({ key, index, kind, section, step, time }: ColumnInfo): void {
    if (!this.#byKey.has(key)) this.#add({ key, index, kind, section, step, time })
  }

  /** What has been made since this was asked last. */
  takeNews(): readonly ColumnInfo[] {
    const news = this.#news
    if (news === undefined) return NONE
    this.#news = undefined
    return news
  }

  #add(column: ColumnInfo): ColumnInfo {
    this.#byKey.set(column.key, Object.freeze(column))
    if (column.index >= this.#next) this.#next = column.index + 1
    return column
  }
}
