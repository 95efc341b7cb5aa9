import { SwanKitCallback } from '../kernel/callback.ts'
import type { Alert, AlertLevel, JsonValue, Outcome, RunInfo, RuntimeInfo } from '../kernel/payloads.ts'
import { composeAlert, composeEnd, composeMessage, composeStart, type Origin } from './compose.ts'
import { DeliveryError } from './delivery-error.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import type { Mailbox } from './mailbox.ts'
import type { Language, Notification } from './notification.ts'
import { checkOptions, NOTIFICATION_RULES } from './options.ts'
import { type Clock, retry, systemClock } from './retry.ts'

const URGENCY: Readonly<Record<AlertLevel, number>> = { info: 0, warn: 1, error: 2 }

/** What every notifier can be told. */
export interface NotificationOptions {
  /** Name of the callback, unique within a run. Default: that of the class. */
  readonly name?: string | undefined
  /** Language of the messages. Default: `en`. */
  readonly language?: Language | undefined
  /** True: say so when a run starts, too. Default: false. */
  readonly notifyOnStart?: boolean | undefined
  /** Which alerts are passed on: all, none, or those of this level and above. Default: true. */
  readonly alerts?: boolean | AlertLevel | undefined
  /**
   * Milliseconds that delivery may take, retries included, where no background process goes on with it for an hour, and
   * of messages of one's own. Default: 30,000.
   */
  readonly timeout?: number | undefined
  /** Time and chance, for tests. */
  readonly clock?: Partial<Clock> | undefined
}

/** What comes with every attempt at delivery. */
export interface SendContext {
  /** Aborts when the time is up. */
  readonly signal: AbortSignal
}

/**
 * Base of every notifier: puts the start, the end and the alerts of a run into words and sees to their delivery. A
 * subclass says only how to send. Exactly one message tells of an end, and only the run's state decides what it says.
 *
 * A transient failure is tried again until the timeout is over. Alerts wait in a queue of 100 and are delivered in
 * order while the run goes on; at the end they get half of the timeout, so that the news of the end has the other.
 * What did not arrive is counted in that last message, and `onStop` rejects.
 *
 * Source: `NotificationCallback` of SwanLab's plugins.
 *
 * @example
 * ```ts
 * import { DeliveryError, NotificationCallback, plainText } from '@swanlab/core/notification'
 * import type { Notification, SendContext } from '@swanlab/core/notification'
 *
 * class NtfyCallback extends NotificationCallback {
 *   override async send(notification: Notification, { signal }: SendContext) {
 *     const answer = await fetch('https://ntfy.sh/', {
 *       method: 'POST',
 *       body: JSON.stringify({ topic: 'training', title: notification.subject, message: plainText(notification) }),
 *       signal,
 *     })
 *     if (!answer.ok) throw new DeliveryError(`ntfy answered ${answer.status}.`, { permanent: answer.status < 500 })
 *   }
 * }
 * ```
 */
export abstract class NotificationCallback extends SwanKitCallback {
  override readonly name: string
  override readonly timeout: number
  readonly language: Language
  readonly #notifyOnStart: boolean
  readonly #leastUrgency: number
  readonly #clock: Clock
  readonly #queue: DeliveryQueue
  #mailbox: Mailbox | undefined
  #run: RunInfo | undefined
  #origin: Origin = {}
  #alerts = 0

  constructor(options: NotificationOptions = {}) {
    super()
    const { name, language, notifyOnStart, alerts, timeout, clock } = options
    const own = { name, language, notifyOnStart, alerts, timeout, clock }
    checkOptions(this.constructor.name, own, NOTIFICATION_RULES)
    this.name = name ?? this.constructor.name
    this.language = language ?? 'en'
    this.timeout = timeout ?? 30_000
    this.#notifyOnStart = notifyOnStart ?? false
    this.#leastUrgency = typeof alerts === 'string' ? URGENCY[alerts] : alerts === false ? Infinity : 0
    this.#clock = { ...systemClock, ...clock }
    // While the run goes on it owns the process: waiting for a receiver must not keep a script from its end.
    this.#queue = new DeliveryQueue((notification, signal) => this.#attempt(notification, this.timeout, signal))
  }

  /**
   * Makes one attempt at delivery, and resolves when the receiver has taken the notification. Escape what you embed.
   *
   * @throws DeliveryError - To say that trying again is useless (`permanent`), or when it makes sense (`retryAfter`).
   * Anything else that is thrown counts as transient. Keep secrets out of messages: they are shown to people.
   */
  abstract send(notification: Notification, context: SendContext): Promise<void>

  /** The last word on a notification: may reword it, or answer `undefined` to keep it to itself. */
  protected edit(notification: Notification): Notification | undefined {
    return notification
  }

  /** Delivers a message of one's own, retries included. */
  protected async deliverMessage(message: { title?: string | undefined; text: string }): Promise<void> {
    await this.#attempt(composeMessage({ ...message, time: Date.now() }, this.language), this.timeout)
  }

  /** @internal From now on a mailbox delivers, and nothing here waits or tries again. */
  useMailbox(mailbox: Mailbox): void {
    this.#mailbox = mailbox
  }

  override onRun(run: RunInfo): void {
    this.#run = run
    this.#alerts = 0
    if (this.#notifyOnStart) this.#enqueue('started', composeStart(run, this.language))
  }

  override onRuntimeInfoUpdate({ metadata }: RuntimeInfo): void {
    if (metadata) this.#origin = originOf(metadata)
  }

  override onAlert(alert: Alert): void {
    // Counted also when it is not passed on: hearing the run once more gives every alert of the program the number it
    // had. Those of callbacks come in between, and not always at the same place.
    if (alert.id === undefined) this.#alerts++
    if (URGENCY[alert.level] >= this.#leastUrgency)
      this.#enqueue(
        `alert-${alert.id ?? this.#alerts}`,
        composeAlert(alert, this.#run, this.language, this.#origin.machine),
      )
  }

  override async onStop(outcome: Outcome): Promise<void> {
    if (this.#mailbox) {
      this.#enqueue('ended', composeEnd(outcome, this.language, 0, this.#origin))
      this.#run = undefined
      return
    }
    // Whoever called waits as long as `timeout` says and not longer: be done a little earlier, to say what went wrong.
    const budget = this.timeout - Math.min(1000, this.timeout / 10)
    const start = this.#clock.now()
    const { count, reason } = await this.#queue.close(budget / 2)
    const notification = this.edit(composeEnd(outcome, this.language, count, this.#origin))
    this.#run = undefined
    if (notification) await this.#attempt(notification, start + budget - this.#clock.now())
    if (count === 0) return
    const why = reason instanceof Error ? reason.message : 'There were too many of them, or too little time.'
    throw new DeliveryError(`Earlier notifications that were not delivered: ${count}. ${why}`, { cause: reason })
  }

  #enqueue(event: string, notification: Notification): void {
    const edited = this.edit(notification)
    if (!edited) return
    if (this.#mailbox) this.#mailbox.post(event, edited)
    else this.#queue.add(edited)
  }

  async #attempt(notification: Notification, timeout: number, signal?: AbortSignal): Promise<void> {
    const attempt = (cut: AbortSignal): Promise<void> => this.send(notification, { signal: cut })
    await retry(attempt, { timeout, signal, ref: signal === undefined, clock: this.#clock })
  }
}

/** Metadata come from a file, and may be anything. */
function originOf({ runtime, git }: Readonly<Record<string, JsonValue>>): Origin {
  const commit = textIn(git, 'commit')?.slice(0, 12)
  const branch = textIn(git, 'branch')
  return {
    machine: textIn(runtime, 'hostname'),
    command: textIn(runtime, 'command'),
    commit: commit && (branch === undefined ? commit : `${commit} (${branch})`),
  }
}

function textIn(group: JsonValue | undefined, member: string): string | undefined {
  const value: unknown =
    typeof group === 'object' && group !== null ? (group as Record<string, unknown>)[member] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
