import type { Alert, Cause, ColumnKind, ConfigSnapshot, ErrorInfo, JsonValue, Losses, Placement } from '@swanlab/core'

/** Identifies a run in addresses of the page and of the API: 1 to 100 characters of `0-9 a-z A-Z _ - .`, unique in one listing. */
export type RunKey = string

/**
 * How a run stands. `lost`: it never ended, and its process is gone. `unreadable`: its journal does not say which run it
 * is of, or cannot be opened.
 */
export type ShownState = 'running' | 'finished' | 'crashed' | 'aborted' | 'lost' | 'unreadable'

/** One row of the list of runs, from the head and the tail of its journal. */
export interface RunRow {
  readonly key: RunKey
  readonly id: string
  readonly name: string
  readonly project: string
  readonly workspace?: string | undefined
  readonly description?: string | undefined
  readonly tags: readonly string[]
  readonly state: ShownState
  /** Why it did not end by itself; present when that is known. */
  readonly cause?: Cause | undefined
  readonly error?: ErrorInfo | undefined
  /** Milliseconds since 1970, as every time here. */
  readonly startTime: number
  /** Present when the run has ended. */
  readonly endTime?: number | undefined
  /** Of the last record that was read. */
  readonly lastTime: number
  /** Highest step; absent while nothing was logged. */
  readonly lastStep?: number | undefined
  readonly colors?: readonly [light: string, dark: string] | undefined
  /** Bytes of the journal that this row was made from. */
  readonly size: number
  /** Why nothing more is known of it, in a sentence; present when `state` is `unreadable`. */
  readonly problem?: string | undefined
  /** The configuration as it was last recorded near the end, or at the start. */
  readonly config: ConfigSnapshot
  /** How much of the journal has been indexed, from 0 to 1. Absent: nothing asked for it yet. */
  readonly indexed?: number | undefined
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly RunRow[]
  /** Changes whenever anything here does. */
  readonly version: string
  /** Folders that cannot be read, each with its reason. */
  readonly problems: readonly { readonly folder: string; readonly reason: string }[]
}

/** What is known of one key of a run, from all of its points. */
export interface ColumnSummary {
  readonly key: string
  readonly kind: ColumnKind
  readonly section: string
  /** Number of points, non-finite ones included. */
  readonly count: number
  /** NaN, infinities included, that cannot be drawn on a line. */
  readonly nonFinite: number
  /** Encoded like every number that JSON has no word for: `"NaN"`, `"Infinity"`, `"-Infinity"`. */
  readonly last?: WireNumber | undefined
  readonly lastStep?: number | undefined
  readonly min?: number | undefined
  readonly minStep?: number | undefined
  readonly max?: number | undefined
  readonly maxStep?: number | undefined
}

export type WireNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** One part of a run: from its header or resume record to its finish. */
export interface RunPart {
  readonly startTime: number
  readonly endTime?: number | undefined
  readonly state?: Exclude<ShownState, 'running' | 'unreadable'> | undefined
  readonly cause?: Cause | undefined
  readonly error?: ErrorInfo | undefined
  readonly process?: { readonly pid: number; readonly host: string } | undefined
}

export interface RunDetail extends RunRow {
  /** Bytes of the journal that have been read: what is said here is what they hold. */
  readonly offset: number
  readonly columns: readonly ColumnSummary[]
  readonly metadata?: Readonly<Record<string, JsonValue>> | undefined
  readonly requirements?: string | undefined
  readonly alerts: readonly Alert[]
  readonly parts: readonly RunPart[]
  readonly callbacks: readonly Placement[]
  readonly losses: Losses
  /** Highest number of a console line; 0 when there is none. */
  readonly lines: number
  readonly health: JournalHealth
}

/** What the journal itself is like. */
export interface JournalHealth {
  readonly bytes: number
  readonly records: number
  /** Lines that hold no record. */
  readonly damagedLines: number
  /** The last line lacks its end: its writer died, or is writing still. */
  readonly tornTail: boolean
  /** Where the run lies, as the person who watches may know it; absent on a server. */
  readonly folder?: string | undefined
}

/** A window of the console. */
export interface ConsolePage {
  readonly lines: readonly {
    readonly line: number
    readonly level: 'info' | 'warn' | 'error'
    readonly text: string
    readonly time: number
    /** True: the text was cut for this answer. */
    readonly cut?: boolean | undefined
  }[]
  /** Highest number there is. */
  readonly total: number
}

/** Lines that hold a text, by number. */
export interface ConsoleMatches {
  readonly lines: readonly number[]
  /** True: there are more. */
  readonly more: boolean
}

/** What one key has got of media, by step. */
export interface MediaList {
  readonly key: string
  readonly kind: ColumnKind
  readonly entries: readonly {
    readonly step: number
    readonly time: number
    readonly items: readonly {
      /** Absent: there is no file, and `text` is what was logged. */
      readonly path?: string | undefined
      readonly text?: string | undefined
      readonly caption?: string | undefined
    }[]
  }[]
  readonly more: boolean
}
