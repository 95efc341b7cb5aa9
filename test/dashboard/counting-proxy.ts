import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Stands between a browser and a server, and sees what passes; it stays when the server is another. */
export class CountingProxy {
  /** Bytes to the browser. */
  bytes = 0
  readonly #server: Server
  readonly #sockets = new Map<Socket, string>()
  #target = 0

  private constructor() {
    this.#server = createServer((socket) => this.#join(socket))
  }

  static async to(port: string): Promise<CountingProxy> {
    const proxy = new CountingProxy()
    proxy.#target = Number(port)
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Event streams that are open: requests for one whose connection stands. */
  get streams(): number {
    return [...this.#sockets.values()].filter((last) => last.includes('/events?')).length
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets.keys()) socket.destroy()
  }

  #join(socket: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    this.#sockets.set(socket, '')
    const end = (): void => {
      this.#sockets.delete(socket)
      socket.destroy()
      server.destroy()
    }
    socket.on('error', end).on('close', end)
    server.on('error', end).on('close', end)
    // A browser sends the head of a request in one go.
    socket.on('data', (data: Buffer) => {
      this.#sockets.set(socket, data.toString('latin1').split('\r\n', 1)[0]!)
      server.write(data)
    })
    server.on('data', (data: Buffer) => {
      this.bytes += data.length
      socket.write(data)
    })
  }
}
