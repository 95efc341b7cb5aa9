import { httpServer, smtpServer } from '@swanlab/core/testing'

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
  const [smtp, slack] = [await smtpServer(), await httpServer()]
  return {
    smtpPort: smtp.port,
    slackUrl: `${slack.url}/hook`,
    get mails() {
      return smtp.mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1] ?? '')
    },
    get slackMessages() {
      return slack.requests.map((request) => (request.json() as { text: string }).text)
    },
    close: async () => {
      await smtp.close()
      await slack.close()
    },
  }
}
