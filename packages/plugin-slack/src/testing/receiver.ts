import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** An answer, or something worse to do to the connection. */
export type Reply =
  | { status: number; body?: string; headers?: Readonly<Record<string, string>> }
  | ((response: ServerResponse, request: IncomingMessage) => void)

/** A message as it arrived. */
export interface Received {
  readonly text: string
  readonly blocks: readonly Record<string, unknown>[]
}

/** A real HTTP server in place of Slack until the test ends. After the given replies it says ok. */
export async function startReceiver(...replies: readonly Reply[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message: Received = JSON.parse(await text(request))
    const reply = replies[received.length] ?? { status: 200, body: 'ok' }
    received.push(message)
    if (typeof reply === 'function') reply(response, request)
    else response.writeHead(reply.status, reply.headers).end(reply.body)
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${portOf(server)}/services/T000/B000/hunter2hunter2`, received }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.')
  return address.port
}
