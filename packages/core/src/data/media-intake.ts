import type { MediaDraft, MediaItem } from '../kernel/media.ts'
import type { ColumnInfo, ColumnKind, MediaRecord } from '../kernel/payloads.ts'
import { describeError } from '../kernel/thrown.ts'
import type { Columns } from './columns.ts'
import { shown } from './key.ts'
import type { Media, MediaContent } from './media/media.ts'
import type { Problems } from './problems.ts'
import type { Problem } from './scalar.ts'
import { StepSet } from './step-set.ts'

/** Items of one key in one call. Source: SwanLab. */
const MAX_ITEMS = 108
const NONE: readonly MediaDraft[] = Object.freeze([])

interface Gallery {
  readonly kind: ColumnKind
  readonly steps: StepSet
}

/** Turns media into drafts of records. What cannot be read is reported under its key, and costs nothing else. */
export class MediaIntake {
  readonly #columns: Columns
  readonly #problems: Problems
  readonly #galleries = new Map<string, Gallery>()
  #drafts: MediaDraft[] | undefined

  constructor(columns: Columns, problems: Problems) {
    this.#columns = columns
    this.#problems = problems
  }

  /** What a key holds; absent when it holds no media. */
  kindOf(key: string): ColumnKind | undefined {
    return this.#galleries.get(key)?.kind
  }

  /** @returns number of drafts added: 0 or 1. */
  add(key: string, media: readonly Media[], step: number, time: number): 0 | 1 {
    const { kind } = media[0]!
    const known = this.#galleries.get(key)
    if (known && known.kind !== kind) {
      this.#problems.lostValue(key, wanted(key, known.kind, `one of kind "${kind}"`))
      return 0
    }
    const items = this.#read(key, media)
    if (items.length === 0) return 0
    if (!this.#galleryOf(key, kind, step, time).steps.add(step)) {
      this.#problems.lostDuplicate(key, `"${shown(key)}": step ${step} has been used before. The first value stands.`)
      return 0
    }
    ;(this.#drafts ??= []).push({ key, step, time, kind, items })
    return 1
  }

  /** What has been added since this was asked last. */
  take(): readonly MediaDraft[] {
    const drafts = this.#drafts
    if (drafts === undefined) return NONE
    this.#drafts = undefined
    return drafts
  }

  /** A column that an earlier part of the run had made. */
  restoreColumn({ key, kind }: ColumnInfo): void {
    if (this.#galleries.has(key)) return
    this.#galleries.set(key, { kind, steps: new StepSet() })
    this.#columns.restore()
  }

  /** A record of an earlier part of the run. */
  restore({ key, step }: MediaRecord): void {
    this.#galleries.get(key)?.steps.add(step)
  }

  #read(key: string, media: readonly Media[]): MediaItem[] {
    if (media.length > MAX_ITEMS)
      this.#problems.say(`many ${key}`, `"${shown(key)}" takes ${MAX_ITEMS} items at once; the rest is left out.`)
    return media.slice(0, MAX_ITEMS).flatMap((one) => {
      const content = contentOf(one)
      if (!('problem' in content))
        return [{ ...content, more: one.caption === undefined ? null : { caption: one.caption } }]
      this.#problems.lostValue(key, wanted(key, one.kind, content.problem))
      return []
    })
  }

  #galleryOf(key: string, kind: ColumnKind, step: number, time: number): Gallery {
    const known = this.#galleries.get(key)
    if (known) return known
    this.#columns.create(key, kind, step, time)
    const gallery = { kind, steps: new StepSet() }
    this.#galleries.set(key, gallery)
    return gallery
  }
}

function wanted(key: string, kind: ColumnKind, got: string): string {
  return `"${shown(key)}" takes media of kind "${kind}", but got ${got}. Ignored.`
}

function contentOf(media: Media): MediaContent | Problem {
  try {
    return media._content()
  } catch (error) {
    return { problem: `what cannot be read (${shown(describeError(error))})` }
  }
}
