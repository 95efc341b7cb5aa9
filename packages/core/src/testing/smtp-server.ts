import type { Server, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { Arrivals, HOST, listen } from './loopback.ts'

/** Where in a delivery something happens. `DATA` is its end: the server has the whole mail. */
export type SmtpCommand = 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA'

/** A refusal that names its place. */
export interface SmtpRefusal {
  /** 400 to 599. From 500 on, trying again is useless. */
  readonly reject: number
  /** Default: `Refused`. */
  readonly text?: string | undefined
  /** Default: `DATA`. */
  readonly at?: SmtpCommand | undefined
  /** At `RCPT`: the one receiver that is refused. Default: all. */
  readonly address?: string | undefined
}

/**
 * What an {@link SmtpServer} does with one delivery, which is one connection: `accept` takes the mail, `reject 451` refuses
 * it when it is there, `hang` says nothing from its beginning, or from the given command on, and `cut` breaks the
 * connection there. After `DATA`, the server has the mail, and only its answer is missing. A list refuses in several places,
 * and a function does as it likes with the connection, before anything has been said.
 */
export type SmtpStep =
  | 'accept'
  | `reject ${number}`
  | `reject ${number} ${string}`
  | 'hang'
  | `hang after ${SmtpCommand}`
  | 'cut'
  | `cut after ${SmtpCommand}`
  | SmtpRefusal
  | readonly SmtpRefusal[]
  | ((socket: Socket) => void)

export interface SmtpServerOptions {
  /** A certificate and its key, in PEM: then STARTTLS is offered. Default: it is not. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

/** A mail as it arrived. */
export interface SmtpMail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they were sent, for a parser such as `mailparser`. */
  readonly raw: string
  readonly taken: boolean
}

/** A login that was tried. */
export interface SmtpLogin {
  readonly username: string
  readonly password: string
  /** Was the connection encrypted? */
  readonly secure: boolean
}

/** A real SMTP server on this machine. */
export interface SmtpServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Connections that were made so far. */
  readonly connections: number
  /** What has arrived whole, in order, taken or not. */
  readonly mails: readonly SmtpMail[]
  readonly logins: readonly SmtpLogin[]
  /** Waits until so many mails have arrived, and answers all there are. */
  received(count: number): Promise<readonly SmtpMail[]>
  /** Breaks all connections. From then on nobody listens there: connections are refused. */
  close(): Promise<void>
}

/** The part of smtp-server that is used: it has no types of its own. */
interface Library {
  readonly SMTPServer: new (options: object) => {
    readonly server: Server
    on(event: 'error', listener: () => void): void
  }
}

interface Session {
  readonly remotePort: number
  readonly secure: boolean
  readonly envelope: {
    readonly mailFrom: { readonly address: string } | false
    readonly rcptTo: readonly { readonly address: string }[]
  }
}

type Done = (error?: Error | null, answer?: object) => void

interface Fault {
  readonly how: 'accept' | 'reject' | 'hang' | 'cut' | ((socket: Socket) => void)
  readonly at: SmtpCommand
  readonly refusal: Error
  readonly address: string | undefined
}

/**
 * Starts a real SMTP server that misbehaves as it is told to, on a free port of this machine. Any login is right. It keeps
 * no process alive. Made with the package `smtp-server`, which has to be installed beside.
 *
 * @param script - What it does with each connection, in order. When there is nothing left, it takes every mail.
 * @throws Error when `smtp-server` is not installed, or a step is none.
 *
 * @example
 * ```ts
 * import { smtpServer } from '@swanlab/core/testing'
 * import { EmailCallback } from '@swanlab/plugin-email'
 *
 * await using server = await smtpServer(['reject 451', 'cut after DATA', 'accept'])
 * const me = { senderEmail: 'me@example.com', receiverEmail: 'me@example.com', password: 'secret' }
 * const callback = new EmailCallback({ ...me, smtpServer: server.host, port: server.port })
 * await callback.sendEmail({ subject: 'Hello', content: 'there' })
 * const [mail] = await server.received(1)
 * mail?.to // ['me@example.com']
 * ```
 */
export async function smtpServer(
  script: readonly SmtpStep[] = [],
  { tls }: SmtpServerOptions = {},
): Promise<SmtpServer> {
  const faults = script.map(faultsOf)
  const { SMTPServer } = await library()
  const mails = new Arrivals<SmtpMail>()
  const logins: SmtpLogin[] = []
  const ports: number[] = []
  let sockets: ReadonlyMap<number, Socket> = new Map()

  const pass = ({ remotePort }: Session, at: SmtpCommand, done: Done, address?: string): boolean => {
    const fault = faults[ports.lastIndexOf(remotePort)]?.find(
      (one) => one.at === at && (one.address === undefined || one.address === address),
    )
    if (!fault || fault.how === 'accept') return true
    const socket = sockets.get(remotePort)
    if (fault.how === 'reject') done(fault.refusal)
    else if (fault.how === 'cut') socket?.destroy()
    else if (fault.how !== 'hang' && socket) fault.how(socket)
    return false
  }
  const server = new SMTPServer({
    ...tls,
    disabledCommands: tls ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: true,
    disableReverseLookup: true,
    onConnect(session: Session, done: Done) {
      ports.push(session.remotePort)
      if (pass(session, 'CONNECT', done)) done()
    },
    onAuth({ username = '', password = '' }: Partial<SmtpLogin>, session: Session, done: Done) {
      logins.push({ username, password, secure: session.secure })
      if (pass(session, 'AUTH', done)) done(null, { user: username })
    },
    onMailFrom(_address: object, session: Session, done: Done) {
      if (pass(session, 'MAIL', done)) done()
    },
    onRcptTo({ address }: { address: string }, session: Session, done: Done) {
      if (pass(session, 'RCPT', done, address)) done()
    },
    async onData(stream: NodeJS.ReadableStream, session: Session, done: Done) {
      const raw = await text(stream)
      const { mailFrom, rcptTo } = session.envelope
      const taken = pass(session, 'DATA', done)
      mails.add({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), raw, taken })
      if (taken) done()
    },
  })
  // Of clients that break off.
  server.on('error', () => {})
  const loopback = await listen(server.server)
  sockets = loopback.sockets
  return {
    host: HOST,
    port: loopback.port,
    get connections() {
      return ports.length
    },
    mails: mails.list,
    logins,
    received: (count) => mails.atLeast(count),
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  }
}

const STEP =
  /^(?:(?<accept>accept)|reject (?<code>[45]\d\d)(?: (?<text>.+))?|(?<how>hang|cut)(?: after (?<at>CONNECT|AUTH|MAIL|RCPT|DATA))?)$/

function faultsOf(step: SmtpStep): readonly Fault[] {
  return (
    Array.isArray(step) ? (step as readonly SmtpRefusal[]) : [step as Exclude<SmtpStep, readonly SmtpRefusal[]>]
  ).map(faultOf)
}

function faultOf(step: Exclude<SmtpStep, readonly SmtpRefusal[]>): Fault {
  if (typeof step === 'function') return { how: step, at: 'CONNECT', refusal: refusal(421), address: undefined }
  if (typeof step === 'object') {
    const { reject, text: reason, at = 'DATA', address } = step
    return { how: 'reject', at, refusal: refusal(reject, reason), address }
  }
  const { accept, code, text: reason, how, at } = STEP.exec(step)?.groups ?? {}
  const address = undefined
  if (accept) return { how: 'accept', at: 'DATA', refusal: refusal(250), address }
  if (code) return { how: 'reject', at: 'DATA', refusal: refusal(Number(code), reason), address }
  if (how) return { how: how as 'hang', at: (at ?? 'CONNECT') as SmtpCommand, refusal: refusal(421), address }
  throw new Error(
    `smtpServer: ${JSON.stringify(step)} is no step; those are "accept", "reject 451", "hang", "cut", "hang after DATA", "cut after DATA" and the like.`,
  )
}

function refusal(responseCode: number, reason = 'Refused'): Error {
  return Object.assign(new Error(reason), { responseCode })
}

async function library(): Promise<Library> {
  try {
    return (await import('smtp-server')) as unknown as Library
  } catch (error) {
    throw new Error('smtpServer() needs the package smtp-server: npm install --save-dev smtp-server', { cause: error })
  }
}
