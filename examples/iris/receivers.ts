import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A mail as it arrived. */
export interface Received {
  readonly raw: string
  readonly mail: ParsedMail
}

/** A real SMTP server and a real webhook receiver on this machine, which keep what they are sent. */
export interface Receivers {
  readonly smtpPort: number
  readonly slackUrl: string
  readonly mails: readonly Received[]
  /** Bodies of the requests, parsed. */
  readonly slackMessages: readonly { readonly text?: string }[]
  close(): Promise<void>
}

export async function startReceivers(password: string): Promise<Receivers> {
  const mails: Received[] = []
  const slackMessages: { text?: string }[] = []
  const smtp = new SMTPServer({
    authOptional: false,
    // On loopback a password may be sent without encryption; the plugin insists on it anywhere else.
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: auth.username }) : done(new Error('wrong password')),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks)
        void simpleParser(raw).then((mail) => {
          mails.push({ raw: raw.toString(), mail })
          done()
        }, done)
      })
    },
  })
  const slack = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      slackMessages.push(JSON.parse(body) as { text?: string })
      response.end('ok')
    })
  })
  const smtpPort = await listen(smtp.server as unknown as Server, (done) => smtp.listen(0, '127.0.0.1', done))
  const slackPort = await listen(slack, (done) => slack.listen(0, '127.0.0.1', done))
  return {
    smtpPort,
    slackUrl: `http://127.0.0.1:${slackPort}/services/T000/B000/demo`,
    mails,
    slackMessages,
    close: async () => {
      await new Promise<void>((resolve) => smtp.close(resolve))
      await new Promise((resolve) => slack.close(resolve))
    },
  }
}

async function listen(server: Server, start: (done: () => void) => void): Promise<number> {
  await new Promise<void>((resolve) => start(resolve))
  return (server.address() as AddressInfo).port
}
