import { domainToASCII } from 'node:url'
import { type Notification, plainText } from '@swanlab/notification'
import type { SendMailOptions } from 'nodemailer'
import { renderHtml } from './html.ts'
import type { EmailOptions } from './options.ts'

/** A notification as one mail: text for every reader, HTML for most. */
export function mailOf(notification: Notification, { senderEmail, receiverEmail }: EmailOptions): SendMailOptions {
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
