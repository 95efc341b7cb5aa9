import { once } from 'node:events'
import { type Server, type Socket } from 'node:net'

/** Where the servers of this folder listen. */
export const HOST = '127.0.0.1'

/** A server on a free port of this machine, which nobody is kept waiting by. */
export interface Loopback {
  readonly port: number
  /** By the port of the client. */
  readonly sockets: ReadonlyMap<number, Socket>
  /** Ends all connections at once, and frees the port. */
  close(): Promise<void>
}

export async function listen(server: Server): Promise<Loopback> {
  const sockets = new Map<number, Socket>()
  server.on('connection', (socket) => {
    const { remotePort = 0 } = socket
    sockets.set(remotePort, socket)
    // Clients that go away in the middle of something are what these servers are for.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(remotePort))
    // A test that forgets to close its server ends all the same.
    socket.unref()
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  server.unref()
  const close = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    for (const socket of sockets.values()) socket.destroy()
    await closed
  }
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, sockets, close }
}

/** Lets others wait until a list is long enough. */
export class Arrivals<T> {
  readonly list: T[] = []
  readonly #waiting = new Set<() => void>()

  add(item: T): void {
    this.list.push(item)
    for (const look of this.#waiting) look()
    this.#waiting.clear()
  }

  async atLeast(count: number): Promise<readonly T[]> {
    while (this.list.length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve))
    return this.list
  }
}
