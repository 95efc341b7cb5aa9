import { DeliveryError, oneLine } from '@swanlab/notification'
import type { NodemailerError } from 'nodemailer'
import type { EmailOptions } from './options.ts'

// Codes of nodemailer that no second attempt can change, when the server gave no reply that says otherwise.
const PERMANENT = new Set([
  'EAUTH',
  'ENOAUTH',
  'ECONFIG',
  'EENVELOPE',
  'EREQUIRETLS',
  'EMAXRECIPIENTS',
  'EFILEACCESS',
  'EURLACCESS',
])

/**
 * What the mail server, or the way to it, had against a mail. The original error is not kept as the cause: some servers
 * answer with the line that they did not understand, and that line may have been the password.
 *
 * @param handedOver - The server was given the whole mail.
 */
export function failureOf(error: unknown, options: EmailOptions, handedOver = false): DeliveryError {
  const { code, originalCode, permanent, responseCode }: Partial<NodemailerError> = error instanceof Error ? error : {}
  const untrusted = /CERT|SIGNATURE/.test(originalCode ?? '')
  const where = options.transport
    ? 'The mail transport'
    : `${options.smtpServer ?? 'smtp.gmail.com'}:${options.port ?? 587}`
  const reason = error instanceof Error ? error.message : 'something other than an error was thrown'
  const hint = untrusted ? ' For a server with a certificate of its own, see the option "tls".' : ''
  return new DeliveryError(
    `${where} did not take the mail: ${oneLine(withoutSecrets(reason, options), 300).replace(/\.$/, '')}.${hint}`,
    {
      uncertain: handedOver && responseCode === undefined,
      permanent: permanent ?? (untrusted || PERMANENT.has(code ?? '')),
    },
  )
}

function withoutSecrets(text: string, { password, username, senderEmail }: EmailOptions): string {
  if (password === undefined) return text
  const user = username ?? senderEmail
  const forms = [password, base64(password), base64(`\0${user}\0${password}`)]
  return forms.reduce((kept, secret) => kept.replaceAll(secret, '***'), text)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
