import { checkOptions, defineResident, type OptionChecks } from '@swanlab/core'
import { DeliveryError, NOTIFICATION_CHECKS, NotificationCallback, plainText } from '@swanlab/notification'
import type { Notification, NotificationOptions, SendContext } from '@swanlab/notification'

/** Options of a {@link MyNotifier}, beside those that every notifier has. */
export interface MyNotifierOptions extends NotificationOptions {
  /** Where messages are posted as JSON. Whoever knows it can post there: it is a secret. */
  readonly url: string
}

const CHECKS: OptionChecks<MyNotifierOptions> = {
  ...NOTIFICATION_CHECKS,
  url: ['an http or https URL', (value) => /^https?:\/\/\S+$/.test(String(value)), { required: true, secret: true }],
}

/** Posts a message when a run ends, well or not, and for its alerts. It outlives the training. */
export class MyNotifier extends NotificationCallback<MyNotifierOptions> {
  constructor(options: MyNotifierOptions) {
    checkOptions('MyNotifier', options, CHECKS)
    super(options)
  }

  /** One attempt. What it throws decides about the next one. */
  override async send(notification: Notification, { signal }: SendContext): Promise<void> {
    const answer = await fetch(this.options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: notification.subject, text: plainText(notification) }),
      signal,
    }).catch(() => {
      // Not the error of fetch, which may quote the URL: people get to read this one.
      throw new DeliveryError('The receiver could not be reached.')
    })
    await answer.text()
    if (answer.ok) return
    const permanent = answer.status < 500 && ![408, 425, 429].includes(answer.status)
    throw new DeliveryError(`The receiver answered ${answer.status}.`, { permanent })
  }
}

// Notifiers are found without this; with it, sooner, and never in a bundle that is the training itself.
defineResident(import.meta, MyNotifier, 'my-plugin')
