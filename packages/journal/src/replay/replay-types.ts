import type { Alert, Outcome, OutboxMessage, Report } from '@swanlab/core/internal'

/** How a run is replayed. */
export interface ReplayOptions {
  /** How many times faster than it was recorded. Default: as fast as possible. */
  readonly speed?: number | undefined
  /** First step that callbacks get: rows and alerts of earlier ones count in summaries only. Default: all. */
  readonly from?: number | undefined
  /** Deadline of each asynchronous moment of a callback, in milliseconds. Default: 60,000. */
  readonly callbackTimeout?: number | undefined
  /** Where messages about failing callbacks go. Default: standard error. */
  readonly report?: Report | undefined
}

/** An alert, and the name of the callback that raised it. */
export type RaisedAlert = Alert & { readonly callback: string }

/** What a callback logged, and its name. */
export interface LoggedRow {
  readonly data: Readonly<Record<string, number>>
  /** Absent: the callback named none. */
  readonly step: number | undefined
  readonly callback: string
}

/** That a callback asked the training to stop, and why. */
export interface StopRequest {
  readonly reason: string
  readonly callback: string
}

/** What a replay came to: how the run ended, and what the callbacks raised meanwhile. */
export interface ReplayReport extends Outcome {
  /** Alerts that callbacks raised in the replay. They are in no run and no journal; the callbacks of the replay got them. */
  readonly raised: readonly RaisedAlert[]
  /** What callbacks logged; likewise. */
  readonly logged: readonly LoggedRow[]
  /** When callbacks asked the training to stop. */
  readonly stopRequests: readonly StopRequest[]
  /** What callbacks handed to `context.deliver`: it was sent, as that of a run would be. */
  readonly messages: readonly OutboxMessage[]
}
