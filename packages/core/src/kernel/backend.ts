import type { Callback } from './callback.ts'
import type { MediaDraft } from './media.ts'
import type { ColumnInfo, ConfigSnapshot, ConsoleLine, InitInfo, LogRecord, MediaRecord, RunInfo } from './payloads.ts'

/** Takes back what an earlier part of a resumed run had recorded. */
export interface Restoration {
  column(column: ColumnInfo): void
  log(record: LogRecord): void
  media(record: MediaRecord): void
  config(config: ConfigSnapshot): void
  /** Steps that are counted go on after this one. */
  after(step: number): void
}

/**
 * The callback that keeps a run: what a mode is made of. It hears every moment before any other callback does, in the
 * very turn in which it happens, and is never switched off. `onStop` does not end its duty: records that callbacks add
 * in their own `onStop` still reach it.
 */
export interface Backend extends Callback {
  /** True: the run is neither kept nor heard by anybody. */
  readonly silent?: boolean
  /**
   * Makes the place of the run, once everybody has agreed to it: the first moment that leaves a trace.
   *
   * @throws SwanLabError when it cannot, having cleaned up; `init()` rejects with it.
   */
  open?(run: RunInfo): { readonly dir: string } | void
  /** Where this part of the run begins in its journal, in bytes. */
  readonly begin?: number
  /** Called once, before `open`, when the run continues an earlier one. */
  restore?(info: InitInfo, into: Restoration): void
  /** Gives media their place. Absent: it could not, and has said so and counted it. */
  keep?(draft: MediaDraft): MediaRecord | undefined
  /** The program wrote a line to its terminal. */
  console?(line: Omit<ConsoleLine, 'line'>): void
  /** The lines that came last. */
  readonly lastLines?: readonly ConsoleLine[]
  /** Nothing more will come. */
  close?(): void
  /** Number of records that could not be kept so far. */
  lost?(): number
}
