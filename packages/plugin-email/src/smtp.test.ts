import { describe, expect, test } from 'vitest'
import { deliver } from '../../notification/src/testing/deliver.ts'
import { EmailCallback } from './email-callback.ts'
import type { EmailOptions } from './options.ts'
import { smtpTransport } from './smtp.ts'
import { selfSigned } from './testing/certificate.ts'
import { parsedMails } from './testing/parsed-mails.ts'
import { sampleOutcome, smtpServer, type SmtpRefusal, type SmtpServer, type SmtpStep } from '@swanlab/core/testing'

const PASSWORD = 'hunter2-hunter2'

const options = (port: number, changes: Partial<EmailOptions> = {}): EmailOptions => ({
  senderEmail: 'me@example.com',
  receiverEmail: 'you@example.com',
  password: PASSWORD,
  smtpServer: '127.0.0.1',
  port,
  ...changes,
})

/** Delivers a run's end, and waits for the result. @param most - Attempts that may fail. Default: any number. */
async function tellEnd(
  given: EmailOptions,
  most?: number,
): Promise<{ state: string | undefined; attempts: number; reason: string | undefined; failures: readonly unknown[] }> {
  const email = new EmailCallback(given)
  const { deliveries, failures } = await deliver(email, (context) => email.onStop(sampleOutcome(), context), most)
  const { state, attempts = 0, reason } = deliveries[0] ?? {}
  return { state, attempts, reason, failures }
}

/** The last error of what is given up, or waits after so many failed attempts. */
async function failure(
  port: number,
  changes: Partial<EmailOptions> = {},
  most?: number,
): Promise<Error & { permanent?: boolean; attempts: number; reason: string | undefined }> {
  const { state, attempts, reason, failures } = await tellEnd(options(port, changes), most)
  expect(state).toBe(most === undefined ? 'given up' : 'waiting')
  const error = failures.at(-1)
  if (!(error instanceof Error)) throw new Error('No attempt has failed.')
  expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' })
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${reason}`).not.toMatch(/hunter2|aHVudGVy/)
  return Object.assign(error, { attempts, reason })
}

/** Receivers mail by mail. */
const receiversOf = ({ mails }: SmtpServer): (readonly string[])[] => mails.map(({ to }) => to)
const idsOf = async (server: SmtpServer): Promise<Set<string | undefined>> =>
  new Set((await parsedMails(server)).map(({ messageId }) => messageId))
const noSuch = (address: string): SmtpRefusal => ({ reject: 550, text: '5.1.1 No such user', at: 'RCPT', address })
const putOff: SmtpRefusal = { reject: 450, text: '4.2.0 Greylisted', at: 'RCPT', address: 'later@example.com' }

describe('what the server says', () => {
  test('not now: the same mail is sent again', async () => {
    await using server = await smtpServer(['reject 451 4.3.0 Try later', 'reject 421 4.3.2 Closing'])
    expect(await tellEnd(options(server.port))).toMatchObject({ state: 'sent' })
    expect(server.mails).toHaveLength(3)
    expect((await idsOf(server)).size).toBe(1)
  })

  test('no: it is not', async () => {
    await using server = await smtpServer(['reject 554 5.7.1 Looks like spam'])
    const error = await failure(server.port)
    expect(error).toMatchObject({ permanent: true })
    expect(error.message).toBe(
      `127.0.0.1:${server.port} did not take the mail: Message failed: 554 5.7.1 Looks like spam.`,
    )
    expect(server.mails).toHaveLength(1)
  })

  test('wrong password: one attempt, and the password stays secret even if the server repeats it', async () => {
    const echo = `${PASSWORD} ${Buffer.from(`\0me@example.com\0${PASSWORD}`).toString('base64')}`
    await using server = await smtpServer([{ reject: 535, text: `5.7.8 Bad credentials ${echo}`, at: 'AUTH' }])
    const error = await failure(server.port)
    expect(error.message).toContain('535 5.7.8 Bad credentials *** ***')
    expect(server.logins).toHaveLength(1)
  })

  test('login not possible just now: tried again', async () => {
    await using server = await smtpServer([{ reject: 454, text: '4.7.0 Temporary failure', at: 'AUTH' }])
    expect(await tellEnd(options(server.port))).toMatchObject({ state: 'sent' })
    expect(server.mails).toHaveLength(1)
  })

  test('one receiver does not exist: the other gets it once, and the error names the one', async () => {
    await using server = await smtpServer([noSuch('nobody@example.com')])
    const error = await failure(server.port, { receiverEmail: ['you@example.com', 'nobody@example.com'] })
    expect(error.message).toBe('The mail server refused nobody@example.com; the other receivers have the mail.')
    expect(receiversOf(server)).toEqual([['you@example.com']])
  })

  test('one receiver is put off: it gets the mail a little later, and the other gets it once', async () => {
    await using server = await smtpServer([putOff])
    const receiverEmail = ['you@example.com', 'later@example.com']
    expect(await tellEnd(options(server.port, { receiverEmail }))).toMatchObject({ state: 'sent' })
    expect(receiversOf(server)).toEqual([['you@example.com'], ['later@example.com']])
    expect((await idsOf(server)).size).toBe(1)
  })

  test('one receiver is put off and one does not exist: only the latter is named in the end', async () => {
    await using server = await smtpServer([[putOff, noSuch('nobody@example.com')]])
    const receiverEmail = ['you@example.com', 'later@example.com', 'nobody@example.com']
    const error = await failure(server.port, { receiverEmail })
    expect(error.message).toContain('The mail server refused nobody@example.com; the other receivers have the mail.')
    expect(error).toMatchObject({ permanent: true })
    expect(receiversOf(server)).toEqual([['you@example.com'], ['later@example.com']])
  })

  test('no receiver exists: not tried again', async () => {
    await using server = await smtpServer([noSuch('you@example.com')])
    expect(await failure(server.port)).toMatchObject({ permanent: true })
    expect(server.logins).toHaveLength(1)
  })
})

describe('a server that is not well', () => {
  test('refuses the connection: tried again, then reported', async () => {
    const { port, close } = await smtpServer()
    await close()
    const { attempts, message } = await failure(port, {}, 3)
    expect(attempts).toBe(3)
    expect(message).toMatch(/ did not take the mail: connect ECONNREFUSED [\d.:]+\.$/)
  })

  test('resets the connection, and then works', async () => {
    const reset: SmtpStep = (socket) => socket.resetAndDestroy()
    await using server = await smtpServer([reset, reset])
    expect(await tellEnd(options(server.port))).toMatchObject({ state: 'sent' })
    expect(server.connections).toBe(3)
    expect(server.mails).toHaveLength(1)
  })

  test('cuts the connection each time that it has the mail: two copies, and the error says that it may be there', async () => {
    await using server = await smtpServer(Array(9).fill('cut after DATA'))
    const { attempts, reason } = await failure(server.port)
    expect(attempts).toBe(2)
    expect(reason).toMatch(/it may have arrived, and is not sent again\.$/)
    expect(server.mails).toHaveLength(2)
  })

  test('talks nonsense', async () => {
    const nonsense: SmtpStep = (socket) => socket.end('<html>I am a web server</html>\r\n')
    await using server = await smtpServer(Array(9).fill(nonsense))
    const error = await failure(server.port, {}, 3)
    expect(error).toMatchObject({ permanent: false })
    expect(server.connections).toBe(3)
  })

  test('never says a word: given up at the deadline, and the connection is closed', async () => {
    let closed = 0
    await using server = await smtpServer([(socket) => socket.on('close', () => (closed += 1))])
    const email = new EmailCallback(options(server.port, { timeout: 900 }))
    const sent = email.sendEmail({ subject: 'Hello', content: 'there' })
    await expect(sent).rejects.toThrow(/^no answer within 0\.\d+ s/)
    await expect.poll(() => closed).toBe(1)
  })
})

describe('encryption', () => {
  const certificate = selfSigned()
  // Reaches this machine, but is not a loopback address: the rules for strangers hold.
  const stranger = { smtpServer: '0.0.0.0' }

  test('a server that offers none gets neither the mail nor the password', async () => {
    await using server = await smtpServer()
    const error = await failure(server.port, stranger)
    expect(error.message).toContain('STARTTLS')
    expect(server.logins).toEqual([])
    expect(server.mails).toEqual([])
  })

  test('a certificate that nobody has signed is refused at once, with a hint', async () => {
    await using server = await smtpServer([], { tls: certificate })
    const error = await failure(server.port, stranger)
    expect(error).toMatchObject({ permanent: true })
    expect(error.message).toMatch(
      /self-signed certificate\. For a server with a certificate of its own, see the option "tls"\.$/,
    )
    expect(server.logins).toEqual([])
  })

  test('it is accepted by name from whoever trusts it', async () => {
    await using server = await smtpServer([], { tls: certificate })
    const tls = { ca: certificate.cert, servername: 'mail.test' }
    expect(await tellEnd(options(server.port, { ...stranger, tls }))).toMatchObject({ state: 'sent' })
    expect(server.logins).toMatchObject([{ password: PASSWORD, secure: true }])
    const other = { ca: [certificate.cert], servername: 'other.test' }
    expect((await failure(server.port, { ...stranger, tls: other })).message).toContain('other.test')
  })

  test.each([
    [{ port: 465 }, { secure: true, requireTLS: false }],
    [{ port: 587 }, { secure: false, requireTLS: true }],
    [{ port: 25 }, { secure: false, requireTLS: true }],
    [
      { port: 25, smtpServer: 'localhost' },
      { secure: false, requireTLS: false },
    ],
    [
      { port: 25, smtpServer: '127.0.0.1.example.com' },
      { secure: false, requireTLS: true },
    ],
    [
      { port: 25, smtpServer: '::1' },
      { secure: false, requireTLS: false },
    ],
  ])('with %j, %j', async (changes, expected) => {
    const transport = await smtpTransport(options(1, { smtpServer: 'smtp.example.com', ...changes }))
    expect(transport).toMatchObject({ options: { ...expected, connectionTimeout: 10_000, socketTimeout: 20_000 } })
  })
})
