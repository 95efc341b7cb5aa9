export { EmailCallback } from './email-callback.ts'
export type { EmailOptions, MailTransport, TlsOptions } from './options.ts'
