import {
  type Alert,
  type AlertLevel,
  type CallbackContext,
  checkOptions,
  type JsonValue,
  type Outcome,
  type RunInfo,
  type RuntimeInfo,
  SwanKitCallback,
  type JsonMembers,
} from '@swanlab/core'
import { deriveResidents } from '@swanlab/core/internal'
import { composeAlert, composeEnd, composeMessage, composeStart, type Origin } from './compose.ts'
import { deliverNow } from './deliver-now.ts'
import type { Language, Notification } from './notification.ts'
import { NOTIFICATION_CHECKS, type NotificationOptions } from './options.ts'

const URGENCY: Readonly<Record<AlertLevel, number>> = { info: 0, warn: 1, error: 2 }

/** What comes with every attempt at delivery. */
export interface SendContext {
  /** Aborts when the time of the attempt is up. */
  readonly signal: AbortSignal
}

/**
 * Base of every notifier: composes messages for the start, the end and the alerts of a run and delivers them. A
 * subclass says only how to send. Exactly one message reports an end, and only the run's state decides what it says.
 *
 * Messages go into the outbox of the run, which delivers them one by one while the run goes on, tries again what failed,
 * and reports what it has to give up. See `CallbackContext.deliver`.
 *
 * A notifier outlives the training without a word: a class that a file of its own exports, and whose options are plain
 * JSON, is imported in the background process and made there again, with what its constructor hands to `super(options)`.
 * Otherwise it lives in the training, and `run.callbacks` says why. Finding that file takes `init` the longer, the more
 * code the program has loaded; `defineResident(import.meta, Class)` in it saves the search.
 *
 * Source: `NotificationCallback` of SwanLab's plugins.
 *
 * @example
 * ```ts
 * import { DeliveryError, NotificationCallback, plainText } from '@swanlab/notification'
 * import type { Notification, SendContext } from '@swanlab/notification'
 *
 * export class NtfyCallback extends NotificationCallback<{ topic: string }> {
 *   override async send(notification: Notification, { signal }: SendContext) {
 *     const { topic } = this.options
 *     const answer = await fetch('https://ntfy.sh/', {
 *       method: 'POST',
 *       body: JSON.stringify({ topic, title: notification.subject, message: plainText(notification) }),
 *       signal,
 *     })
 *     if (!answer.ok) throw new DeliveryError(`ntfy answered ${answer.status}.`, { permanent: answer.status < 500 })
 *   }
 * }
 * ```
 */
export abstract class NotificationCallback<Options extends JsonMembers<Options> = {}> extends SwanKitCallback<
  Options & NotificationOptions
> {
  override readonly name: string
  override readonly timeout: number
  readonly language: Language
  readonly #notifyOnStart: boolean
  readonly #leastUrgency: number
  #run: RunInfo | undefined
  #origin: Origin = {}
  #alerts = 0

  constructor(
    ...[given]: {} extends Options
      ? [options?: Options & NotificationOptions]
      : [options: Options & NotificationOptions]
  ) {
    super(...([given] as never))
    const options: NotificationOptions = given ?? {}
    const { name, language, notifyOnStart, alerts, timeout } = options
    checkOptions(this.constructor.name, { name, language, notifyOnStart, alerts, timeout }, NOTIFICATION_CHECKS)
    this.name = name ?? this.constructor.name
    this.language = language ?? 'en'
    this.timeout = timeout ?? 30_000
    this.#notifyOnStart = notifyOnStart ?? false
    this.#leastUrgency = typeof alerts === 'string' ? URGENCY[alerts] : alerts === false ? Infinity : 0
  }

  /**
   * Makes one attempt at delivery, and resolves when the receiver has taken the notification. Escape what you embed.
   *
   * @throws DeliveryError - To say that trying again is useless (`permanent`), or when it makes sense (`retryAfter`).
   * Anything else that is thrown counts as transient. Keep secrets out of messages: they are shown to people.
   */
  abstract override send(notification: Notification, context: SendContext): Promise<void>

  /** The last word on a notification: may reword it, or answer `undefined` to keep it to itself. */
  protected edit(notification: Notification): Notification | undefined {
    return notification
  }

  /**
   * Delivers a message of one's own, retries included, at any time; no run is needed.
   *
   * @throws DeliveryError - It was not delivered within `timeout`.
   */
  protected async deliverMessage(message: { title?: string | undefined; text: string }): Promise<void> {
    const notification = composeMessage({ ...message, time: Date.now() }, this.language)
    await deliverNow((signal) => this.send(notification, { signal }), this.timeout)
  }

  override onRun(run: RunInfo, context: CallbackContext): void {
    this.#run = run
    this.#alerts = 0
    if (this.#notifyOnStart) this.#deliver('started', composeStart(run, this.language), context)
  }

  override onRuntimeInfoUpdate({ metadata }: RuntimeInfo): void {
    if (metadata) this.#origin = originOf(metadata)
  }

  override onAlert(alert: Alert, context: CallbackContext): void {
    // Counted also when it is not passed on: getting the run once more gives every alert of the program the number it
    // had. Those of callbacks come in between, and not always at the same place.
    if (alert.id === undefined) this.#alerts++
    if (URGENCY[alert.level] < this.#leastUrgency) return
    const notification = composeAlert(alert, this.#run, this.language, this.#origin.machine)
    this.#deliver(`alert-${alert.id ?? this.#alerts}`, notification, context)
  }

  override onStop(outcome: Outcome, context: CallbackContext): void {
    this.#deliver('ended', composeEnd(outcome, this.language, this.#origin), context)
    this.#run = undefined
  }

  #deliver(key: string, notification: Notification, context: CallbackContext): void {
    const edited = this.edit(notification)
    if (edited) context.deliver(edited, { key })
  }
}

deriveResidents(NotificationCallback)

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
