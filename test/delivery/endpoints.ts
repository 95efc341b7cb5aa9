import { once } from 'node:events'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** A receiver on this machine that is unwell at first, and then takes everything. */
export interface Endpoint {
  readonly port: number
  /** Connections or requests. */
  attempts(): number
  /** What it has said yes to: ids of mails, texts of messages. */
  readonly taken: string[]
  close(): Promise<void>
}

/** What one request meets. */
export type HttpFault = (response: ServerResponse, take: () => void) => void

export const answer =
  (status: number, headers: Record<string, string> = {}): HttpFault =>
  (response) =>
    response.writeHead(status, headers).end('no')

export const HTTP_FAULTS = {
  'never answers': () => {},
  'resets the connection': (response) => response.socket!.resetAndDestroy(),
  'resets in the middle of the status': (response) => breakOff(response.socket!, 'HTTP/1.1 20'),
  'says yes and resets in the middle of its answer': (response, take) => {
    take()
    breakOff(response.socket!, 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\no')
  },
  'never finishes its yes': (response, take) => {
    take()
    response.writeHead(200, { 'content-length': '2' }).write('o')
  },
} satisfies Record<string, HttpFault>

export async function startHttp(faults: readonly HttpFault[], port = 0): Promise<Endpoint> {
  const taken: string[] = []
  let attempts = 0
  const server = createHttpServer((request, response) => {
    const fault = faults[attempts++]
    void text(request).then((body) => {
      const take = (): void => void taken.push((JSON.parse(body) as { text: string }).text)
      if (fault) return fault(response, take)
      take()
      response.end('ok')
    })
  })
  await listen(server, port)
  return {
    port: portOf(server),
    attempts: () => attempts,
    taken,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What one connection meets. */
export type SmtpFault =
  | { readonly at: 'connect' | 'receiver' | 'mail'; readonly code: number }
  | { readonly break: 'at once' | 'in the greeting' | 'in the answer to the mail' | 'after the answer to the mail' }
  | { readonly silent: 'at once' | 'after the mail' }

/** A real SMTP server, behind a wire that breaks when it is told to. */
export async function startSmtp(faults: readonly SmtpFault[], port = 0): Promise<Endpoint> {
  const taken: string[] = []
  let attempts = 0
  let fault: SmtpFault | undefined
  const refusal = (at: string): Error | null =>
    fault && 'at' in fault && fault.at === at
      ? Object.assign(new Error('not this one'), { responseCode: fault.code })
      : null
  const smtp = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onConnect: (_session, done) => done(refusal('connect')),
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onRcptTo: (_address, _session, done) => done(refusal('receiver')),
    onData: (stream, _session, done) => {
      void text(stream).then((mail) => {
        const no = refusal('mail')
        if (!no) taken.push(/^Message-ID: (.*)$/im.exec(mail)?.[1] ?? '')
        done(no)
      }, done)
    },
  })
  smtp.on('error', () => {})
  const inner = smtp.listen(0, '127.0.0.1')
  await once(inner, 'listening')
  const sockets = new Set<Socket>()
  const wire = createServer((socket) => {
    fault = faults[attempts++]
    sockets.add(socket)
    socket.on('error', () => {})
    forward(socket, portOf(inner), fault)
  })
  await listen(wire, port)
  return {
    port: portOf(wire),
    attempts: () => attempts,
    taken,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => wire.close(resolve))
      await new Promise<void>((resolve) => smtp.close(resolve))
    },
  }
}

function forward(client: Socket, port: number, fault: SmtpFault | undefined): void {
  if (fault && 'silent' in fault && fault.silent === 'at once') return void client.resume()
  if (fault && 'break' in fault && fault.break === 'at once') return void client.resetAndDestroy()
  const server = connect(port, '127.0.0.1')
  server.on('error', () => {}).on('close', () => client.end())
  client.on('close', () => server.destroy())
  let mailSent = false
  client.on('data', (chunk: Buffer) => {
    mailSent ||= chunk.toString('latin1').endsWith('\r\n.\r\n')
    server.write(chunk)
  })
  server.on('data', (chunk: Buffer) => {
    const how = fault && 'break' in fault ? fault.break : undefined
    if (how === 'in the greeting' || (how === 'in the answer to the mail' && mailSent))
      return breakOff(client, chunk.subarray(0, 2))
    if (fault && 'silent' in fault && mailSent) return
    if (how && mailSent) return breakOff(client, chunk)
    client.write(chunk)
  })
}

function breakOff(socket: Socket, last: string | Buffer): void {
  socket.write(last, () => setTimeout(() => socket.resetAndDestroy(), 20))
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
