import type { ColumnKind, JsonValue, MediaRecord } from './payloads.ts'

/** One file of what was logged, before it has a place. */
export interface MediaItem {
  readonly bytes: Uint8Array
  /** Without its dot. */
  readonly extension: string
  /** What is said about it; null when nothing is. */
  readonly more: Readonly<Record<string, JsonValue>> | null
}

/** What one key got in one `log()` call that is not a number. */
export interface MediaDraft extends Pick<MediaRecord, 'key' | 'step' | 'time'> {
  readonly kind: ColumnKind
  readonly items: readonly MediaItem[]
}
