import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the way to the server does to one request for data. */
export type Fault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** The connection is cut before the server has seen anything. */
  | { readonly kind: 'refuse' }
  /** The server takes it, and its answer never arrives. */
  | { readonly kind: 'lose answer' }
  /** The server takes it twice. */
  | { readonly kind: 'repeat' }
  /** Nobody ever answers. */
  | { readonly kind: 'hang' }
  /** Only so many bytes arrive before the connection is cut. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The answer comes byte by byte. */
  | { readonly kind: 'trickle' }

/** A bad way between uploader and server. */
export class FaultProxy {
  /** The next faults for requests to ingest; then the way is good. */
  faults: Fault[] = []
  /** The next faults for requests of any kind, logins included. */
  anyFaults: Fault[] = []
  /** Requests that met a fault. */
  met = 0
  target: string
  readonly #server = createServer((incoming, outgoing) => void this.#pass(incoming, outgoing))

  constructor(target: string) {
    this.target = target
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const isIngest = /house\/metrics$|series$|profile$|state$/.test(incoming.url ?? '')
    const fault = this.anyFaults.shift() ?? (isIngest ? this.faults.shift() : undefined)
    if (fault) this.met++
    if (fault?.kind === 'refuse') return void outgoing.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    switch (fault?.kind) {
      case 'answer':
        return void outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '{}')
      case 'hang':
        return
      case 'cut':
        await this.#forward(incoming, body, fault.bytes)
        return void outgoing.destroy()
      case 'lose answer':
        await this.#forward(incoming, body)
        return void outgoing.destroy()
      case 'repeat':
        await this.#forward(incoming, body)
        break
      default:
    }
    const answer = await this.#forward(incoming, body)
    if (!answer) return void outgoing.destroy()
    outgoing.writeHead(answer.status, answer.headers)
    if (fault?.kind !== 'trickle') return void outgoing.end(answer.body)
    for (const byte of answer.body) {
      outgoing.write(Buffer.of(byte))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    outgoing.end()
  }

  /** @param bytes - Sent before the connection is cut. @returns undefined when there was no answer. */
  #forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    bytes?: number,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer } | undefined> {
    return new Promise((resolve) => {
      const outgoing = request(`${this.target}${url}`, { method, headers }, async (answer) => {
        const chunks: Buffer[] = []
        for await (const chunk of answer) chunks.push(chunk as Buffer)
        const { 'transfer-encoding': _, ...rest } = answer.headers
        resolve({ status: answer.statusCode ?? 500, headers: rest, body: Buffer.concat(chunks) })
      })
      outgoing.on('error', () => resolve(undefined))
      if (bytes === undefined) outgoing.end(body)
      else outgoing.write(body.subarray(0, bytes), () => setTimeout(() => outgoing.destroy(), 20))
    })
  }
}
