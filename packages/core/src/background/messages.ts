import type { Resident } from '../kernel/callback.ts'
import type { Alert, CallbackReport, RunState } from '../kernel/payloads.ts'
import type { ReportLevel } from '../kernel/reporter.ts'
import type { FinishRecord } from '../journal/records.ts'
import type { Delivery } from './outbox.ts'
import type { ProcessIdentity } from '../runtime/process-identity.ts'

/** First line on the background process's standard input, which stays open for as long as the training lives. */
export interface Order {
  /** The run folder. */
  readonly dir: string
  /** Where this part of the run begins in the journal, in bytes. */
  readonly from: number
  readonly callbacks: readonly { readonly name: string; readonly resident: Resident }[]
  readonly callbackTimeout: number
  readonly training: ProcessIdentity
  /** Limit of the training's heap, in bytes. */
  readonly heapLimit: number
}

/**
 * Second line on the background process's standard input: the run has ended. It is in the journal, too, unless the disk
 * refused it.
 */
export type Farewell = FinishRecord

/** One line on the background process's standard output, for as long as somebody reads it. */
export type News =
  /** It is up, and has understood what to do. */
  | { readonly type: 'up' }
  /** Something the user should see. */
  | { readonly type: 'report'; readonly level: ReportLevel; readonly message: string }
  /** A callback has raised an alert, which the training is to record. */
  | { readonly type: 'alert'; readonly alert: Alert }
  /** Everybody has heard the end; these callbacks are still at work on it. */
  | {
      readonly type: 'awaited'
      readonly names: readonly string[]
      readonly callbacks: readonly CallbackReport[]
      readonly deliveries: readonly Delivery[]
    }
  /** Everybody has heard the end, and every notification has been tried once. */
  | {
      readonly type: 'settled'
      readonly state: RunState
      readonly callbacks: readonly CallbackReport[]
      readonly deliveries: readonly Delivery[]
    }
