import type { ColumnKind, JsonValue, MediaRecord } from './payloads.ts'

/** One file of what was logged, before it has a place. */
export interface MediaItem {
  readonly bytes: Uint8Array
  /** Without its dot. */
  readonly extension: string
  /** Its caption; null when there is none. */
  readonly more: Readonly<Record<string, JsonValue>> | null
}

/** What one key got in one `log()` call that is not a number. */
export interface MediaDraft extends Pick<MediaRecord, 'key' | 'step' | 'time'> {
  readonly kind: ColumnKind
  readonly items: readonly MediaItem[]
}
