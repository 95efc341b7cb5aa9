import { checkOptions, type OptionChecks } from '@swanlab/core'
import { DeliveryError, NOTIFICATION_CHECKS, NotificationCallback, plainText } from '@swanlab/notification'
import type { Notification, NotificationOptions, SendContext } from '@swanlab/notification'

export interface DiscordOptions extends NotificationOptions {
  /** That of a channel. Whoever knows it can post there: it is a secret. */
  readonly webhookUrl: string
}

const CHECKS: OptionChecks<DiscordOptions> = {
  webhookUrl: ['a URL', (value) => /^https?:\/\/\S+$/.test(String(value)), { required: true, secret: true }],
  ...NOTIFICATION_CHECKS,
}

/** Posts to a Discord channel when a run ends, well or not, and for its alerts. */
export class DiscordCallback extends NotificationCallback<DiscordOptions> {
  constructor(options: DiscordOptions) {
    checkOptions('DiscordCallback', options, CHECKS)
    super(options)
  }

  override async send(notification: Notification, { signal }: SendContext): Promise<void> {
    // Nothing in a code block is markup. Discord takes 2,000 characters, and no half of one.
    const text = `${notification.subject}\n\n${plainText(notification)}`.replaceAll('`', "'").slice(0, 1_992)
    const body = JSON.stringify({ content: `\`\`\`\n${text.replace(/[\uD800-\uDBFF]$/, '')}\n\`\`\`` })
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal }
    const answer = await fetch(this.options.webhookUrl, request).catch(() => {
      // Without the error of fetch, which may quote the URL.
      throw new DeliveryError('Discord could not be reached.')
    })
    const { retry_after: seconds = NaN } = (await answer.json().catch(() => ({}))) as { retry_after?: number }
    const permanent = answer.status < 500 && answer.status !== 429
    if (!answer.ok)
      throw new DeliveryError(`Discord answered ${answer.status}.`, { permanent, retryAfter: seconds * 1_000 })
  }
}
