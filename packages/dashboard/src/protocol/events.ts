import type { RunKey, RunRow, WireNumber } from './runs.ts'

/**
 * One line of the stream `GET …/events?cursor=…&runs=a,b`, JSON. The stream begins where `cursor` ends, so that a page that
 * comes back misses nothing and gets nothing twice. A cursor is the version of the list, and for each run that the page
 * knows something of, up to which byte of its journal: `version,run:bytes,run:bytes`. The page makes it of the `version` and
 * the `to` that came last.
 */
export type LiveEvent =
  | { readonly type: 'hello'; readonly version: string }
  /** Rows of the list that are new or have changed. */
  | {
      readonly type: 'runs'
      readonly version: string
      readonly rows: readonly ChangedRow[]
      readonly gone: readonly RunKey[]
      /** True: these are all that there are. */
      readonly all?: boolean | undefined
    }
  /** What was logged to a run that the page follows. */
  | {
      readonly type: 'rows'
      readonly run: RunKey
      readonly rows: readonly LiveRow[]
      /** Bytes of the journal before these rows, and with them. */
      readonly from: number
      readonly to: number
    }
  /** Too much to send: ask again for what is on the screen. `to`: bytes of the journal that there are. */
  | { readonly type: 'changed'; readonly run: RunKey; readonly to: number }
  /** Nothing has happened; the connection stands. */
  | { readonly type: 'ping' }

/** Without its configuration where that is as before. */
export type ChangedRow = Omit<RunRow, 'config'> & { readonly config?: RunRow['config'] | undefined }

/** One `log()` call. */
export interface LiveRow {
  readonly step: number
  readonly time: number
  readonly data: Readonly<Record<string, WireNumber>>
  /** Bytes of the journal with it: whoever has been told of more than that knows it already. */
  readonly to: number
}
