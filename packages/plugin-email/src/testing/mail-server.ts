import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** What an SMTP server saw. */
export interface MailServer {
  readonly port: number
  /** Mails that it was sent, taken or not. */
  readonly mails: ParsedMail[]
  /** Receivers named to it, mail by mail. */
  readonly envelopes: string[][]
  /** Logins that were tried. */
  readonly logins: { username: unknown; password: unknown; secure: boolean }[]
}

/** Answers to give instead of yes, in order; `undefined` is yes. */
export interface Refusals {
  login?: readonly (readonly [code: number, text: string] | undefined)[]
  mail?: readonly (readonly [code: number, text: string] | undefined)[]
  /** Receivers that do not exist. */
  receivers?: readonly string[]
  /** Receivers that are put off at their first time. */
  putOff?: readonly string[]
}

/** A real SMTP server on 127.0.0.1 until the test ends, without STARTTLS unless a certificate is given. */
export async function startMailServer(
  refusals: Refusals = {},
  tls: { key?: string; cert?: string } = {},
): Promise<MailServer> {
  const seen: Pick<MailServer, 'mails' | 'envelopes' | 'logins'> = { mails: [], envelopes: [], logins: [] }
  const known = new Set<string>()
  const options: SMTPServerOptions = {
    ...tls,
    disabledCommands: tls.cert === undefined ? ['STARTTLS'] : [],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, { secure }, done) {
      const refusal = refusals.login?.[seen.logins.length]
      seen.logins.push({ username, password, secure })
      done(refusal ? smtpError(refusal) : null, { user: username })
    },
    onRcptTo({ address }, _session, done) {
      if (refusals.putOff?.includes(address) && !known.has(address)) {
        known.add(address)
        return done(smtpError([450, '4.2.0 Greylisted']))
      }
      done(refusals.receivers?.includes(address) ? smtpError([550, '5.1.1 No such user']) : null)
    },
    onData(stream, { envelope }, done) {
      void simpleParser(stream).then((mail) => {
        const refusal = refusals.mail?.[seen.mails.length]
        seen.mails.push(mail)
        seen.envelopes.push(envelope.rcptTo.map(({ address }) => address))
        done(refusal ? smtpError(refusal) : null)
      })
    },
  }
  const server = new SMTPServer(options)
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => new Promise((resolve) => server.close(resolve)))
  return { ...seen, port: portOf(listening.address()) }
}

/** A server that does to each connection whatever it likes, and counts them. */
export async function startRawServer(
  behave: (socket: Socket) => void,
): Promise<{ port: number; connections: () => number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    behave(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return { port: portOf(server.address()), connections: () => sockets.size, close }
}

function smtpError([responseCode, text]: readonly [number, string]): Error {
  return Object.assign(new Error(text), { responseCode })
}

function portOf(address: ReturnType<Server['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.')
  return address.port
}
