import { PassThrough } from 'node:stream'
import type { SendMailOptions } from 'nodemailer'
import { type EmailOptions, isLoopback, type MailTransport } from './options.ts'

/** A mail whose sender wants to know when the server was given all of it. */
export interface WatchedMail extends SendMailOptions {
  readonly onHandedOver?: () => void
}

/** Connects anew for every mail: a run sends few, and between them a server would hang up. */
export async function smtpTransport(options: EmailOptions): Promise<MailTransport> {
  const { createTransport } = await import('nodemailer')
  const { senderEmail, username = senderEmail, password, smtpServer = 'smtp.gmail.com', port = 587, tls } = options
  const secure = port === 465
  const transport = createTransport({
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
  // Errors say what is missing of an answer, and not whether there was something to answer.
  transport.use('stream', ({ data, message }, done) => {
    message.transform(
      () => new PassThrough({ flush: (flushed) => ((data as WatchedMail).onHandedOver?.(), flushed()) }),
    )
    done()
  })
  return transport
}
