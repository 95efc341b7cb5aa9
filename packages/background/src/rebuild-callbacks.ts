import {
  attach,
  Contexts,
  createHooks,
  describeError,
  Guard,
  type Outbox,
  PendingWork,
  processRedactor,
  type Report,
  type RunHooks,
  type SentRules,
} from '@swanlab/core/internal'
import type { ResidentCallback } from './ipc-messages.ts'
import { rebuild } from './resident-module.ts'

/** Rebuilt callbacks, attached and guarded. */
export interface RebuiltCallbacks {
  readonly guard: Guard
  readonly contexts: Contexts
  readonly hooks: RunHooks
  /** What they have asked to be waited for. */
  readonly pending: PendingWork
}

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
export async function rebuildCallbacks(options: RebuildOptions): Promise<RebuiltCallbacks> {
  const { callbacks, timeout, redact, outbox, report, say = report, redelivered, signal } = options
  const pending = new PendingWork((name, error) => guard.failed(name, 'waitUntil', error))
  const contexts = new Contexts({
    place: 'resident',
    report: say,
    clock: Date.now,
    redactor: processRedactor(redact),
    redelivered,
    signal,
    waitUntil: (name, work) => pending.add(name, work),
    deliver: ({ name }, message, key) => outbox.post(name, key, message),
  })
  const guard: Guard = new Guard({ report, timeout, contexts, tracksAll: true, rethrows: false })
  const hooks = createHooks(guard, report)
  for (const { name, resident } of callbacks) {
    try {
      const callback = await rebuild(resident)
      if (callback.name !== name) throw new Error(`it calls itself "${callback.name}" here`)
      guard.enroll(callback)
      attach(hooks, callback, contexts)
      // What an earlier process left undelivered is taken up at once.
      if (callback.send) outbox.channel(name, (message, attempt) => callback.send!(message as never, attempt))
    } catch (error) {
      const why = describeError(error)
      guard.count({ name, failures: 1, disabled: true })
      report('error', `Callback "${name}" cannot be rebuilt in the background process: ${why}`)
    }
  }
  return { guard, contexts, hooks, pending }
}
