import type { ColumnKind } from '../../kernel/payloads.ts'
import type { Problem } from '../scalar.ts'

/** Longest caption, in UTF-16 units. */
const MAX_CAPTION = 1_000
/** A file's content and the ending of its name. */
export interface MediaContent {
  readonly bytes: Uint8Array
  /** Without its dot. */
  readonly extension: string
}

/** What all media can be given beside their content. */
export interface MediaOptions {
  /** Shown with it. At most 1,000 characters; longer ones are cut. Default: none. */
  caption?: string | number | undefined
}

/**
 * Something to `log()` that is not a number. It is read when it is logged, and not before: a file that cannot be read
 * is then reported under its key, and a run that is disabled reads nothing.
 */
export abstract class Media {
  abstract readonly kind: Exclude<ColumnKind, 'scalar'>
  readonly caption: string | undefined
  /** @internal Known by this and not by its class: a program may hold two copies of this package. */
  readonly _swanlabMedia = true

  constructor({ caption }: MediaOptions = {}) {
    const text = caption === undefined || caption === null ? '' : String(caption).trim()
    this.caption = text === '' ? undefined : text.slice(0, MAX_CAPTION)
  }

  /** @internal The file to keep, or what was given instead, in words that follow "but got". May throw. */
  abstract _content(): MediaContent | Problem
}

export function isMedia(value: unknown): value is Media {
  return typeof value === 'object' && value !== null && '_swanlabMedia' in value
}
