import {
  CallbackSet,
  describeError,
  type Outbox,
  processRedactor,
  type Report,
  type SentRules,
} from '@swanlab/core/internal'
import type { ResidentCallback } from './ipc-messages.ts'
import { rebuild } from './resident-module.ts'

export interface RebuildOptions {
  readonly callbacks: readonly ResidentCallback[]
  /** Deadline of each asynchronous moment, in milliseconds. */
  readonly timeout: number
  /** What is taken out of alerts. Default: what is masked by default. */
  readonly redact?: SentRules | undefined
  /** Takes what they deliver. */
  readonly outbox: Outbox
  readonly report: Report
  /** Where callbacks' own messages go. Default: as those about them. */
  readonly say?: Report | undefined
  /** Others may have seen the moments that these will see. */
  readonly redelivered: boolean
  /** Aborts when they are to stop at once. */
  readonly signal: AbortSignal
}

/** Rebuilds callbacks for one run. One that cannot be rebuilt is reported and counted, and the others go on. */
export async function rebuildCallbacks(options: RebuildOptions): Promise<CallbackSet> {
  const { callbacks, timeout, redact, outbox, report, say, redelivered, signal } = options
  const set = new CallbackSet({
    place: 'resident',
    report,
    say,
    clock: Date.now,
    redactor: processRedactor(redact),
    timeout,
    outbox,
    redelivered,
    signal,
  })
  for (const { name, resident } of callbacks) {
    try {
      const callback = await rebuild(resident)
      if (callback.name !== name) throw new Error(`it calls itself "${callback.name}" here`)
      set.enroll(callback)
      set.attach(callback)
    } catch (error) {
      const why = describeError(error)
      set.guard.count({ name, failures: 1, disabled: true })
      report('error', `Callback "${name}" cannot be rebuilt in the background process: ${why}`)
    }
  }
  return set
}
