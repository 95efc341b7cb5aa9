import { checkOptions, type OptionCheck, type Resident } from '@swanlab/core'
import { type Notification, NotificationCallback, type SendContext } from '@swanlab/notification'
import { slackMessage } from './blocks.ts'
import { SLACK_CHECKS, type SlackOptions } from './options.ts'
import { post } from './webhook.ts'

const CONTENT: OptionCheck = [
  'text that is not empty',
  (value) => typeof value === 'string' && value.trim() !== '',
  { required: true },
]

/**
 * Posts to a Slack channel when a run ends, well or not, and for its alerts.
 *
 * Source: `SlackCallback` of SwanLab.
 *
 * @throws SwanLabError - `INVALID_OPTION`: an option is missing, unknown or of the wrong kind.
 *
 * @example
 * ```ts
 * import { init } from 'swanlab'
 * import { SlackCallback } from '@swanlab/plugin-slack'
 *
 * const slack = new SlackCallback({ webhookUrl: process.env['SLACK_WEBHOOK_URL'] ?? '' })
 * await init({ project: 'iris', callbacks: [slack] })
 * ```
 */
export class SlackCallback extends NotificationCallback {
  readonly #options: SlackOptions

  constructor(options: SlackOptions) {
    checkOptions('SlackCallback', options, SLACK_CHECKS)
    super({ ...options, name: options.name ?? 'SlackCallback' })
    this.#options = { ...options }
  }

  // A getter on the prototype: printing the callback, or storing it as JSON, does not show the URL.
  override get resident(): Resident | undefined {
    const { fetch, ...options } = this.#options
    const rebuildable = fetch === undefined && this.constructor === SlackCallback
    if (!rebuildable) return undefined
    return { module: import.meta.url, package: '@swanlab/plugin-slack', export: 'SlackCallback', options }
  }

  override async send(notification: Notification, { signal }: SendContext): Promise<void> {
    const { webhookUrl, fetch = globalThis.fetch } = this.#options
    await post(webhookUrl, slackMessage(notification), { fetch, signal })
  }

  /**
   * Posts a message of your own, at any time; no run is needed. Markup in it is shown as it is, and mentions nobody.
   *
   * @param message - `content` is plain text; Slack shows at most 3,000 characters of it.
   * @throws SwanLabError - `INVALID_OPTION`: wrong argument. `NOTIFICATION_FAILED`: not delivered within `timeout`.
   */
  async sendMsg(message: { content: string }): Promise<void> {
    checkOptions('sendMsg', message, { content: CONTENT })
    await this.deliverMessage({ text: message.content })
  }
}
