import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** Where the killed programs send to. Only what tells their messages apart is kept. */
export interface Receivers {
  readonly smtpPort: number
  readonly slackUrl: string
  /** Subjects. */
  readonly mails: readonly string[]
  /** Fallback texts. */
  readonly slackMessages: readonly string[]
  close(): Promise<void>
}

export async function startReceivers(): Promise<Receivers> {
  const mails: string[] = []
  const slackMessages: string[] = []
  const smtp = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    onData: (stream, _session, done) => {
      let mail = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => (mail += chunk))
      stream.on('end', () => {
        mails.push(/^Subject: (.*)$/m.exec(mail)?.[1] ?? '')
        done()
      })
    },
  })
  const slack = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      slackMessages.push((JSON.parse(body) as { text: string }).text)
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve))
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    slackUrl: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/hook`,
    mails,
    slackMessages,
    close: async () => {
      await new Promise<void>((resolve) => smtp.close(resolve))
      await new Promise((resolve) => slack.close(resolve))
    },
  }
}
