import type { AlertOptions } from './alert.ts'
import type { JsonValue } from './payloads.ts'
import type { ReportLevel } from './report.ts'

/** Where a callback is driven: inside the training, in the background process, or over a stored run. */
export type CallbackPlace = 'live' | 'resident' | 'replay'

/** What {@link CallbackContext.deliver} takes beside the message. */
export interface DeliverOptions {
  /**
   * Distinguishes the message from all others of its run and callback: the same one is delivered once, however often it is
   * handed over, also by a background process that was started again. Default: made of the message and how often it
   * came.
   */
  readonly key?: string | undefined
}

/**
 * What a callback can do and know beyond the moment itself: the second argument of every moment, the same in every
 * place. It may be kept and used until `onStop` has settled, and its functions
 * may be taken out of it.
 */
export interface CallbackContext {
  readonly place: CallbackPlace
  /** Absolute path of the run folder. Absent: nothing is recorded on this machine, or the run has not been opened. */
  readonly dir: string | undefined
  /** True when the run continues an earlier one. False until the run has been opened. */
  readonly resumed: boolean
  /**
   * True where this callback sees moments that another instance of it may have seen: a background process that was
   * started again, or a later one that takes care of an abandoned run. The run is then told from its beginning, and what
   * is kept in memory is built up again.
   *
   * What `alert`, `deliver` and `log` do comes out once all the same, as long as the callback does for the same moments the
   * same in the same order. Anything else that it does outside is its own to do once: append to a file only what is not in
   * it, write a whole file under its final name, insert by a key (run id and step) that the receiver refuses twice.
   */
  readonly redelivered: boolean
  /** Aborts when the callback is asked to stop at once; what is left is left. */
  readonly signal: AbortSignal
  /**
   * Raises an alert in the run that this callback is driven for: it is recorded, and every callback gets it, in both
   * processes, once. In a replay it goes to the callbacks of the replay and into its report. At most 1,000 a callback
   * and run. Bad options are reported and ignored.
   *
   * @throws SwanLabError `NO_RUN` in `apply` and `onInit`: there is no run yet.
   */
  readonly alert: (options: AlertOptions) => void
  /**
   * Records scalars in the run, as `run.log` does. In the background process they travel to the training, and are
   * recorded while it lives, once also when the background process is started again (of the first 65,536 calls of a run);
   * in a replay they go into its report.
   *
   * @throws SwanLabError `NO_RUN`, likewise.
   */
  readonly log: (data: Readonly<Record<string, number>>, step?: number) => void
  /** Says something to the user, under the callback's name, where the library's own messages go. Never throws. */
  readonly report: (level: ReportLevel, text: string) => void
  /** Asks the training to stop: aborts `run.signal`, on which the training loop decides. In a replay it is reported. */
  readonly requestStop: (reason: string) => void
  /**
   * Work that goes on when a moment has returned: the end of the run waits for it, and the process stays, until it
   * settles or the deadline is over. A rejection counts as a failure of the callback.
   */
  readonly waitUntil: (work: PromiseLike<unknown>) => void
  /**
   * Hands a message to the outbox, which calls `send` of this callback until the message is taken, refused for good, or
   * its time is over. With a run folder and a background process it is kept on disk, survives both, and is sent once.
   *
   * @param message - Plain JSON, without secrets: it is written to disk.
   * @throws TypeError when the callback has no `send`.
   */
  readonly deliver: (message: JsonValue | object, options?: DeliverOptions) => void
}
