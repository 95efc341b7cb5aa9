import { isIPv4 } from 'node:net'
import type { OptionChecks } from '@swanlab/core'
import { NOTIFICATION_CHECKS, type NotificationOptions } from '@swanlab/notification'
import type { SendMailOptions } from 'nodemailer'

/** The part of a nodemailer transporter that is used; what `nodemailer.createTransport(…)` returns is one. */
export interface MailTransport {
  sendMail(message: SendMailOptions): Promise<{
    readonly rejected?: readonly unknown[] | undefined
    readonly rejectedErrors?:
      | readonly { readonly recipient?: string | undefined; readonly responseCode?: number | undefined }[]
      | undefined
  }>
}

/** How to know a server whose certificate no public authority has signed. */
export interface TlsOptions {
  /** Certificates to trust, in PEM. Default: those that Node.js trusts. */
  readonly ca?: string | readonly string[] | undefined
  /** Name that the certificate must bear. Default: `smtpServer`. */
  readonly servername?: string | undefined
}

/** Options of an `EmailCallback`. Source: `EmailCallback` of SwanLab, in camel case. */
export interface EmailOptions extends NotificationOptions {
  /** Address that the mail comes from. */
  readonly senderEmail: string
  /** Who gets it: one address, or up to 100 of them. */
  readonly receiverEmail: string | readonly string[]
  /** Password of the account; for Gmail an app password. Needed unless `transport` is given. */
  readonly password?: string | undefined
  /** Account to log in as. Default: `senderEmail`. */
  readonly username?: string | undefined
  /** Host name of the mail server. Default: `smtp.gmail.com`. */
  readonly smtpServer?: string | undefined
  /** 465 encrypts from the start; on others the server must offer STARTTLS, unless it is this machine. Default: 587. */
  readonly port?: number | undefined
  readonly tls?: TlsOptions | undefined
  /** Sends instead of SMTP; then `password`, `username`, `smtpServer`, `port` and `tls` are not used. */
  readonly transport?: MailTransport | undefined
}

const MAX_RECEIVERS = 100

export const EMAIL_CHECKS: OptionChecks<EmailOptions> = {
  senderEmail: ['one plain address like me@example.com', isAddress, { required: true }],
  receiverEmail: [
    `one plain address like me@example.com, or a list of 1 to ${MAX_RECEIVERS}`,
    (value) =>
      isAddress(value) ||
      (Array.isArray(value) && value.length > 0 && value.length <= MAX_RECEIVERS && value.every(isAddress)),
    { required: true, wrong: wrongReceiver },
  ],
  password: ['text that is not empty', isFilled, { secret: true }],
  username: ['text that is not empty', isFilled],
  smtpServer: [
    'a host name or IP address',
    (value) => typeof value === 'string' && /^[\p{L}\d.:-]{1,253}$/u.test(value),
  ],
  port: [
    'a whole number from 1 to 65535',
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535,
  ],
  tls: ['{ ca?: string | string[], servername?: string }', isTls],
  transport: [
    'a nodemailer transporter',
    (value) =>
      typeof value === 'object' && value !== null && 'sendMail' in value && typeof value.sendMail === 'function',
  ],
  ...NOTIFICATION_CHECKS,
}

/** Whether a connection to this host never leaves the machine. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

// Narrower than the standard, and on purpose: whatever separates, quotes, comments or breaks lines could smuggle in
// another receiver.
function isAddress(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.length <= 254 &&
    /^[^\s\p{C}<>()[\],;:"\\@]+@[^\s\p{C}<>()[\],;:"\\@]+$/u.test(value)
  )
}

/** The first of many that is no address. */
function wrongReceiver(value: unknown): unknown {
  const wrong: unknown[] = Array.isArray(value) ? value.filter((address) => !isAddress(address)) : []
  return wrong.length > 0 ? wrong[0] : value
}

function isTls(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries({ ...value }).every(([key, part]: [string, unknown]) =>
    key === 'ca'
      ? isFilled(part) || part === undefined || (Array.isArray(part) && part.every(isFilled))
      : key === 'servername' && (isFilled(part) || part === undefined),
  )
}
