import type { Callback } from '../kernel/callback.ts'
import { Contexts } from '../kernel/context.ts'
import { Guard } from '../kernel/guard.ts'
import { attach, createHooks, type RunHooks } from '../kernel/hooks.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { processRedactor } from '../runtime/mask.ts'
import type { Mailbox } from '../notification/mailbox.ts'
import type { Send } from './delivery-attempt.ts'
import { lastingOf, type Lasting } from './lasting.ts'
import type { Order } from './messages.ts'
import type { Outbox } from './outbox.ts'
import { rebuild } from './resident.ts'

/** Rebuilt callbacks, attached and guarded. */
export interface Cast {
  readonly guard: Guard
  readonly contexts: Contexts
  readonly hooks: RunHooks
  readonly lasting: readonly Lasting[]
}

/**
 * Rebuilds callbacks for one run. One that cannot be rebuilt is reported and counted, and the others go on.
 *
 * @param say - Where callbacks' own messages go. Default: as those about them.
 */
export async function assemble(
  callbacks: Order['callbacks'],
  timeout: number,
  outbox: Outbox,
  report: Report,
  say: Report = report,
): Promise<Cast> {
  const contexts = new Contexts({ place: 'resident', report: say, clock: Date.now, redactor: processRedactor() })
  const guard = new Guard({ report, timeout, contexts, tracksAll: true })
  const hooks = createHooks(guard, report)
  const lasting: Lasting[] = []
  for (const { name, resident } of callbacks) {
    try {
      const callback = await rebuild(resident)
      if (callback.name !== name) throw new Error(`it calls itself "${callback.name}" here`)
      if (isNotifier(callback)) {
        const mailbox = outbox.channel(name, (notification, context) => callback.send(notification, context))
        callback.useMailbox(mailbox)
      }
      guard.enroll(callback, { essential: false })
      attach(hooks, callback, contexts)
      const work = lastingOf(callback, report)
      if (work) lasting.push(work)
    } catch (error) {
      const why = describeError(error)
      guard.missing(name, `Callback "${name}" cannot be rebuilt in the background process: ${why}`)
    }
  }
  return { guard, contexts, hooks, lasting }
}

// By its members and not by its class: a notifier may bring its own copy of this package.
function isNotifier(callback: object): callback is Callback & { send: Send; useMailbox(mailbox: Mailbox): void } {
  return (
    'send' in callback &&
    typeof callback.send === 'function' &&
    'useMailbox' in callback &&
    typeof callback.useMailbox === 'function'
  )
}
