import type {
  Alert,
  CallbackReport,
  Delivery,
  ReportLevel,
  Resident,
  RunState,
  SentRules,
} from '@swanlab/core/internal'
import type { FinishRecord, ProcessIdentity } from '@swanlab/journal/internal'

/** Calls of `log()` in one run, by all residents, of which it is known whether they come once more. */
export const MAX_LOGGED = 65_536

/** First line on the background process's standard input, which stays open for as long as the training lives. */
export interface FollowOrder {
  /** The run folder. */
  readonly dir: string
  /** Where the training worked when the run began. */
  readonly cwd: string
  /** Where this session of the run begins in the journal, in bytes. */
  readonly from: number
  readonly callbacks: readonly ResidentCallback[]
  readonly callbackTimeout: number
  /** What is taken out of what callbacks say. Absent: what is masked by default. */
  readonly redact?: SentRules | undefined
  /** How long callbacks may block the event loop, in milliseconds. */
  readonly blockedLimit: number
  readonly training: ProcessIdentity
  /** Limit of the training's heap, in bytes. */
  readonly heapLimit: number
  /** Another background process may have driven the callbacks over this session of the run before. */
  readonly redelivered: boolean
}

/** A callback that lives in the background process, and how it is rebuilt there. */
export interface ResidentCallback {
  readonly name: string
  readonly resident: Resident
}

/**
 * Second line on the background process's standard input: the run has ended. It is in the journal, too, unless the disk
 * refused it.
 */
export type EndMessage = FinishRecord

/** One line on the background process's standard output, for as long as somebody reads it. */
export type IpcMessage =
  /** It is up, and has understood what to do. */
  | { readonly type: 'up' }
  /** Something the user should see. */
  | { readonly type: 'report'; readonly level: ReportLevel; readonly message: string }
  /** A callback has raised an alert, which the training is to record. */
  | { readonly type: 'alert'; readonly name: string; readonly alert: Alert }
  /** A callback logs numbers, which the training is to record. What is not finite is its name: JSON has none for it. */
  | {
      readonly type: 'log'
      readonly name: string
      readonly data: Readonly<Record<string, number | string>>
      readonly step?: number | undefined
      /** The same when a background process that was started again logs it once more. Absent: there were too many. */
      readonly id?: string | undefined
    }
  /** A callback asks the training to stop. */
  | { readonly type: 'stop'; readonly name: string; readonly reason: string }
  /** All callbacks have been notified of the end; these are still at work on it. */
  | {
      readonly type: 'awaited'
      readonly names: readonly string[]
      readonly callbacks: readonly CallbackReport[]
      readonly deliveries: readonly Delivery[]
    }
  /** All callbacks have been notified of the end, and every message has been tried once. */
  | {
      readonly type: 'settled'
      readonly state: RunState
      readonly callbacks: readonly CallbackReport[]
      readonly deliveries: readonly Delivery[]
    }
