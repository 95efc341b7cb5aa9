import { domainToASCII } from 'node:url'
import { checkOptions, type OptionCheck, type Resident, SwanLabError } from '@swanlab/core'
import { type Notification, NotificationCallback, plainText, type SendContext } from '@swanlab/notification'
import type { SendMailOptions } from 'nodemailer'
import { failureOf } from './failure.ts'
import { renderHtml } from './html.ts'
import { EMAIL_CHECKS, type EmailOptions, type MailTransport } from './options.ts'
import { Receivers } from './receivers.ts'
import { smtpTransport, type WatchedMail } from './smtp.ts'

const TEXT: OptionCheck = [
  'text that is not empty',
  (value) => typeof value === 'string' && value.trim() !== '',
  { required: true },
]

/**
 * Sends a mail when a run ends, well or not, and for its alerts. One message with a text and an HTML part; never
 * unencrypted beyond this machine.
 *
 * Source: `EmailCallback` of SwanLab.
 *
 * @throws SwanLabError - `INVALID_OPTION`: an option is missing, unknown or of the wrong kind.
 *
 * @example
 * ```ts
 * import { init } from 'swanlab'
 * import { EmailCallback } from '@swanlab/plugin-email'
 *
 * const email = new EmailCallback({
 *   senderEmail: 'me@gmail.com',
 *   receiverEmail: ['me@gmail.com', 'team@example.com'],
 *   password: process.env['GMAIL_APP_PASSWORD'] ?? '',
 * })
 * await init({ project: 'iris', callbacks: [email] })
 * ```
 */
export class EmailCallback extends NotificationCallback {
  readonly #options: EmailOptions
  readonly #receivers: Receivers
  #transport: MailTransport | undefined

  constructor(options: EmailOptions) {
    checkOptions('EmailCallback', options, EMAIL_CHECKS)
    if (options.password === undefined && options.transport === undefined) {
      throw new SwanLabError('INVALID_OPTION', 'EmailCallback needs the option "password", or a "transport".')
    }
    super({ ...options, name: options.name ?? 'EmailCallback' })
    this.#options = { ...options }
    this.#receivers = new Receivers(options.receiverEmail)
    this.#transport = options.transport
  }

  // A getter on the prototype: printing the callback, or storing it as JSON, does not show the password.
  override get resident(): Resident | undefined {
    const { transport, ...options } = this.#options
    const rebuildable = transport === undefined && this.constructor === EmailCallback
    if (!rebuildable) return undefined
    return { module: import.meta.url, package: '@swanlab/plugin-email', export: 'EmailCallback', options }
  }

  override async send(notification: Notification, { signal }: SendContext): Promise<void> {
    const receiverEmail = this.#receivers.of(notification.id)
    let answer: Awaited<ReturnType<MailTransport['sendMail']>>
    let handedOver = false
    try {
      this.#transport ??= await smtpTransport(this.#options)
      const mail: WatchedMail = {
        ...mailOf(notification, { ...this.#options, receiverEmail }),
        signal,
        onHandedOver: () => (handedOver = true),
      }
      answer = await this.#transport.sendMail(mail)
    } catch (error) {
      throw failureOf(error, this.#options, handedOver)
    }
    this.#receivers.settle(notification.id, answer)
  }

  /**
   * Sends a mail of your own, at any time; no run is needed.
   *
   * @param mail - `subject` is one line of at most 200 characters, `content` plain text of at most 4,000.
   * @throws SwanLabError - `INVALID_OPTION`: wrong argument. `NOTIFICATION_FAILED`: not delivered within `timeout`.
   */
  async sendEmail(mail: { subject: string; content: string }): Promise<void> {
    checkOptions('sendEmail', mail, { subject: TEXT, content: TEXT })
    await this.deliverMessage({ title: mail.subject, text: mail.content })
  }
}

/** A notification as one mail: text for every reader, HTML for most. */
function mailOf(notification: Notification, { senderEmail, receiverEmail }: EmailOptions): SendMailOptions {
  const domain = domainToASCII(senderEmail.slice(senderEmail.indexOf('@') + 1)) || 'swanlab.invalid'
  return {
    from: { name: 'SwanLab', address: senderEmail },
    to: [receiverEmail].flat().map((address) => ({ name: '', address })),
    subject: notification.subject,
    text: plainText(notification),
    html: renderHtml(notification),
    // The same for every attempt: when an answer got lost and a mail goes out twice, mail programs show it once.
    messageId: `<${notification.id}@${domain}>`,
    // No out-of-office answers to a training script.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
