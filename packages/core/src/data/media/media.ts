import type { ColumnKind } from '../../contract/payloads.ts'
import type { Problem } from '../scalar.ts'

export type MediaKind = Exclude<ColumnKind, 'scalar'>

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
 * Something to `log()` that is not a number: a file of at most 100 MiB. It is read when it is logged, and not before: one
 * that cannot be read is then reported under its key, and a run that is disabled reads nothing. Making one never throws.
 *
 * All kinds are in `@swanlab/core/media`, an entry of their own: programs without any need not wait for them.
 */
export abstract class Media {
  abstract readonly kind: MediaKind
  readonly caption: string | number | undefined
  /** @internal Known by this and not by its class: a program may hold two copies of this package. */
  readonly _swanlabMedia = true

  constructor(options?: MediaOptions) {
    this.caption = options?.caption
  }

  /** @internal The file to keep, or what was given instead, in words that follow "but got". May throw. */
  abstract _content(): MediaContent | Problem
}

const KINDS: ReadonlySet<unknown> = new Set(
  Object.keys({
    image: 0,
    audio: 0,
    text: 0,
    video: 0,
    echarts: 0,
    object3d: 0,
    molecule: 0,
    html: 0,
  } satisfies Record<MediaKind, 0>),
)

/** Absent: this is no media. @throws whatever the value's own getters throw. */
export function kindOf(value: unknown): MediaKind | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { _swanlabMedia: mark, kind } = value as Partial<Media>
  return mark === true && KINDS.has(kind) ? kind : undefined
}
