import { types } from 'node:util'
import type { MediaDraft, MediaItem } from '../contract/media.ts'
import type { Redactor } from '../text/redactor.ts'
import { describeError } from '../text/thrown.ts'
import type { Columns } from './columns.ts'
import { shown } from './key.ts'
import type { Media, MediaKind } from './media/media.ts'
import { MAX_ITEMS, type MediaList } from './nested.ts'
import type { Problems } from './problems.ts'
import type { Problem } from './scalar.ts'
import { StepSet } from './step-set.ts'

/** Longest caption, in UTF-16 units. */
const MAX_CAPTION = 1_000
/** Of the message about one that cannot be kept. */
const MAX_PROBLEM = 200
/** It becomes a part of a path. */
const EXTENSION = /^[a-z\d]{1,16}(?:\.[a-z\d]{1,16}){0,2}$/

/** Turns media into drafts of records. What cannot be read is reported under its key, and costs nothing else. */
export class MediaParser {
  readonly #columns: Columns
  readonly #problems: Problems
  readonly #redactor: Redactor
  readonly #steps = new Map<string, StepSet>()

  constructor(columns: Columns, problems: Problems, redactor: Redactor) {
    this.#columns = columns
    this.#problems = problems
    this.#redactor = redactor
  }

  /** Absent: nothing of it can be recorded, and that was reported. */
  draft(key: string, { kind, media, rest }: MediaList, step: number, time: number): MediaDraft | undefined {
    const known = this.#columns.kindOf(key)
    if (known !== undefined && known !== kind) {
      const takes = known === 'scalar' ? 'a number' : `media of kind "${known}"`
      this.#problems.lostValue(key, `"${shown(key)}" takes ${takes}, but got media of kind "${kind}". Ignored.`)
      return undefined
    }
    if (rest > 0)
      this.#problems.lostValue(
        `many ${key}`,
        `"${shown(key)}" takes ${MAX_ITEMS} items at once; the rest is left out.`,
        rest,
      )
    const items = this.#read(key, kind, media)
    if (items.length === 0) return undefined
    if (!this.#stepsOf(key).add(step)) {
      this.#problems.lostDuplicate(key, `"${shown(key)}": step ${step} has been used before. The first value stands.`)
      return undefined
    }
    this.#columns.of(key, kind, step, time)
    return { key, step, time, kind, items }
  }

  /** A key of an earlier part of the run has used this step. */
  restore(key: string, step: number): void {
    this.#stepsOf(key).add(step)
  }

  #read(key: string, kind: MediaKind, media: readonly Media[]): MediaItem[] {
    return media.flatMap((one) => {
      const item = itemOf(one, this.#redactor)
      if (!('problem' in item)) return [kind === 'text' ? redactedText(item, this.#redactor) : item]
      this.#problems.lostValue(key, `"${shown(key)}" takes media of kind "${kind}", but got ${item.problem}. Ignored.`)
      return []
    })
  }

  #stepsOf(key: string): StepSet {
    const known = this.#steps.get(key)
    if (known) return known
    const steps = new StepSet()
    this.#steps.set(key, steps)
    return steps
  }
}

/** Nothing is taken for granted: it may come from another copy of this package, or from somebody's own class. */
function itemOf(media: Media, redactor: Redactor): MediaItem | Problem {
  try {
    const caption = captionOf(media.caption, redactor)
    const content = media._content()
    if ('problem' in content) return { problem: content.problem.slice(0, MAX_PROBLEM) }
    const { bytes, extension } = content
    if (!types.isUint8Array(bytes) || !EXTENSION.test(extension)) return { problem: 'what is no file' }
    return { bytes, extension, more: caption === '' ? null : { caption } }
  } catch (error) {
    return { problem: `what cannot be read (${shown(describeError(error))})` }
  }
}

/** Files of other kinds are nothing that could be read. */
function redactedText(item: MediaItem, { text }: Redactor): MediaItem {
  const given = Buffer.from(item.bytes).toString('utf8')
  const redacted = text(given, 'media.text')
  return redacted === given ? item : { ...item, bytes: Buffer.from(redacted) }
}

function captionOf(caption: unknown, { text }: Redactor): string {
  if (typeof caption !== 'string' && typeof caption !== 'number') return ''
  // Cut before it is searched, though not so short that half of a secret is left; a half of a character is none.
  return text(
    String(caption)
      .trim()
      .slice(0, 2 * MAX_CAPTION),
    'media.caption',
  )
    .slice(0, MAX_CAPTION)
    .replaceAll(/\p{Cs}/gu, '\uFFFD')
}
