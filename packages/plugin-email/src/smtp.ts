import { type EmailOptions, isLoopback, type MailTransport } from './options.ts'

/** Connects anew for every mail: a run sends few, and between them a server would hang up. */
export async function smtpTransport(options: EmailOptions): Promise<MailTransport> {
  const { createTransport } = await import('nodemailer')
  const { senderEmail, username = senderEmail, password, smtpServer = 'smtp.gmail.com', port = 587, tls } = options
  const secure = port === 465
  return createTransport({
    host: smtpServer,
    port,
    secure,
    // Without it a server, or whoever stands before it, only has to stay silent about TLS to read the password.
    requireTLS: !secure && !isLoopback(smtpServer),
    auth: { user: username, pass: password },
    tls: {
      ...(tls?.ca === undefined ? {} : { ca: [tls.ca].flat() }),
      ...(tls?.servername === undefined ? {} : { servername: tls.servername }),
    },
    dnsTimeout: 10_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  })
}
