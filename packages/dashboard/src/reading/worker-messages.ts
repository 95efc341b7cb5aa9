import type { ConsoleMatches, ConsolePage, MediaList, RunDetail } from '../protocol/runs.ts'
import type { SeriesQuery } from '../protocol/series.ts'
import type { ChangedListRow } from './list-rows.ts'
import type { RowsSince } from './recent-rows.ts'

/** What the worker can be asked. */
export interface Questions {
  rows: {
    readonly ask: { readonly dirs: readonly string[]; readonly known: readonly number[] }
    readonly answer: ChangedListRow[]
  }
  detail: { readonly ask: { readonly dir: string }; readonly answer: Omit<RunDetail, 'key'> }
  console: {
    readonly ask: { readonly dir: string; readonly from: number; readonly count: number }
    readonly answer: ConsolePage
  }
  find: {
    readonly ask: { readonly dir: string; readonly text: string; readonly after: number }
    readonly answer: ConsoleMatches
  }
  media: {
    readonly ask: { readonly dir: string; readonly key: string; readonly from: number }
    readonly answer: MediaList
  }
  series: {
    readonly ask: { readonly query: SeriesQuery; readonly dirs: readonly (readonly [key: string, dir: string])[] }
    readonly answer: Uint8Array
  }
  since: { readonly ask: { readonly dir: string; readonly offset: number }; readonly answer: RowsSince }
}

export type QuestionName = keyof Questions

/** To the worker. */
export type ToWorker =
  | {
      readonly type: 'ask'
      readonly id: number
      readonly name: QuestionName
      readonly ask: Questions[QuestionName]['ask']
    }
  /** Nobody waits for the answer any more. */
  | { readonly type: 'forget'; readonly id: number }
  | { readonly type: 'close' }

/** From the worker. */
export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string; readonly code?: string | undefined }
  | { readonly type: 'grown'; readonly dir: string; readonly offset: number; readonly end: boolean }

export interface WorkerOptions {
  /** Absent: nothing is kept. */
  readonly cacheFolder?: string | undefined
}
