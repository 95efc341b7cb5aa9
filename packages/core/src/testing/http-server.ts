import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Arrivals, HOST, listen } from './loopback.ts'

/** An answer, with status 200 and no body unless it says otherwise. */
export interface HttpAnswer {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Text, or an object that is sent as JSON. */
  readonly body?: string | object | undefined
  /** The header `Retry-After`, in seconds. */
  readonly retryAfter?: number | undefined
}

/**
 * What an {@link HttpServer} does with a request that it has read: `ok` answers 200, `hang` never answers, `reset` breaks
 * the connection without an answer, `cut` does so in the middle of one. A function does it itself.
 */
export type HttpStep =
  | 'ok'
  | 'hang'
  | 'reset'
  | 'cut'
  | HttpAnswer
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** A request as it arrived. */
export interface HttpRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The body, parsed. @throws SyntaxError when it is no JSON. */
  json(): unknown
}

/** A real HTTP server on this machine. */
export interface HttpServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string
  /** What has arrived, in order, whatever was answered. */
  readonly requests: readonly HttpRequest[]
  /** Waits until so many requests have arrived, and answers all there are. */
  received(count: number): Promise<readonly HttpRequest[]>
  /** Breaks all connections. From then on nobody listens there: connections are refused. */
  close(): Promise<void>
}

/**
 * Starts a real HTTP server that misbehaves as it is told to, on a free port of this machine. It keeps no process alive.
 *
 * @param script - What it does with each request, in order. When there is nothing left, it says ok.
 *
 * @example
 * ```ts
 * import { httpServer } from '@swanlab/core/testing'
 *
 * await using server = await httpServer([{ status: 500 }, 'hang', 'reset', { status: 429, retryAfter: 1 }])
 * const answer = await fetch(server.url, { method: 'POST', body: 'hello' }) // 500
 * server.requests[0]?.body // 'hello'
 * ```
 */
export async function httpServer(script: readonly HttpStep[] = []): Promise<HttpServer> {
  const arrivals = new Arrivals<HttpRequest>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const step = script[arrivals.list.length] ?? 'ok'
    const { method = '', url: path = '', headers } = request
    arrivals.add({ method, path, headers, body, json: () => JSON.parse(body) as unknown })
    if (typeof step === 'function') step(request, response)
    else if (step === 'cut') cut(response)
    else if (step === 'reset') request.socket.resetAndDestroy()
    else if (step !== 'hang') send(response, step === 'ok' ? { body: 'ok' } : step)
  }
  const server = createServer((request, response) => {
    // A client that gives up while it sends has made no request.
    answer(request, response).catch(() => request.socket.destroy())
  })
  const { port, close } = await listen(server)
  return {
    url: `http://${HOST}:${port}`,
    requests: arrivals.list,
    received: (count) => arrivals.atLeast(count),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function send(response: ServerResponse, { status = 200, headers, body = '', retryAfter }: HttpAnswer): void {
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter)
  if (typeof body === 'object') response.setHeader('Content-Type', 'application/json')
  response.writeHead(status, headers).end(typeof body === 'object' ? JSON.stringify(body) : body)
}

function cut(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Length': 1_000 })
  response.write('the beginning', () => response.socket?.resetAndDestroy())
}
