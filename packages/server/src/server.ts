import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { Context } from './context.ts'
import { ApiError, later } from './errors.ts'
import { experimentRoutes } from './routes/experiments.ts'
import { loginRoutes } from './routes/login.ts'
import { metricRoutes } from './routes/metrics.ts'
import { objectRoutes } from './routes/objects.ts'
import { projectRoutes } from './routes/projects.ts'
import { readMetricRoutes } from './routes/read-metrics.ts'
import { FolderStorage } from './storage/folders/folder-storage.ts'
import type { Storage } from './storage/interfaces.ts'

export interface ServerOptions {
  /** Folder of everything that the server keeps. */
  readonly dataDir: string
  /** Default: `127.0.0.1`. Anything else needs `tls`, or `insecure`. */
  readonly host?: string | undefined
  /** Default: 5092; 0 takes a free one. */
  readonly port?: number | undefined
  /** Address under which clients see the server, when a proxy stands before it. Default: as they call it. */
  readonly publicUrl?: string | undefined
  /** Certificate and key, as PEM. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined
  /** True: listens in the open although keys and data travel readably. Default: false. */
  readonly insecure?: boolean | undefined
  /** Default: `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Where the server's own messages go. Default: nowhere. */
  readonly report?: ((level: 'info' | 'warn' | 'error', message: string) => void) | undefined
  /** Where data is kept. Default: in `dataDir`. */
  readonly storage?: Storage | undefined
}

export interface TrackingServer {
  /** Such as `http://127.0.0.1:5092`: what `SWANLAB_API_HOST` takes. */
  readonly url: string
  readonly storage: Storage
  /** Finishes what it is doing, and stops. */
  close(): Promise<void>
}

const DEFAULT_PORT = 5092
/** Clients send ten thousand lines of a terminal at once, every character escaped. */
const MAX_BODY = 128 * 1024 * 1024
/** A client that takes longer to send what it announced is cut off, in milliseconds. */
const SLOWEST_HEADERS = 30_000
const SLOWEST_REQUEST = 600_000
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/

/**
 * Starts a tracking server that SwanLab's clients log to.
 *
 * @throws Error when it is told to listen in the open without TLS, or the address or the folder cannot be used.
 *
 * @example
 * ```ts
 * const server = await createServer({ dataDir: './swanlab-data' })
 * await server.storage.createUser('me')
 * console.log(server.url, await server.storage.createKey('me'))
 * ```
 */
export async function createServer(options: ServerOptions): Promise<TrackingServer> {
  const { dataDir, host = '127.0.0.1', port = DEFAULT_PORT, tls, insecure = false, clock = Date.now } = options
  if (!LOOPBACK.test(host) && !tls && !insecure)
    throw new Error(
      `The server would listen on ${host} without TLS: API keys and data could be read on the way. Give it a certificate, or say that this is wanted.`,
    )
  const storage = options.storage ?? (await FolderStorage.open(dataDir, clock))
  const app = Fastify({
    bodyLimit: MAX_BODY,
    connectionTimeout: SLOWEST_REQUEST,
    requestTimeout: SLOWEST_REQUEST,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2_048 },
    ...(tls && { https: { ...tls } }),
  }) as unknown as FastifyInstance
  app.server.headersTimeout = SLOWEST_HEADERS
  const context: Context = {
    storage,
    clock,
    report: options.report ?? (() => {}),
    publicUrl: (request) => `${options.publicUrl ?? `${request.protocol}://${request.host}`}/api`,
  }
  assemble(app, context)
  try {
    await app.listen({ host, port })
  } catch (error) {
    await storage.close()
    throw error
  }
  const { port: actual } = app.server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    storage,
    close: async () => {
      await app.close()
      await storage.close()
    },
  }
}

function assemble(app: FastifyInstance, context: Context): void {
  // Everything that is not JSON is an object on its way to a file.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  for (const text of ['text/plain']) app.addContentTypeParser(text, (_request, payload, done) => done(null, payload))
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const known = asApiError(error)
    if (known.status >= 500)
      context.report('error', `${request.method} ${request.routeOptions.url ?? request.url}: ${error.message}`)
    reply.raw.statusMessage = known.reason ?? STATUS_CODES[known.status] ?? 'Unknown'
    return reply.status(known.status).send({ code: known.code, message: known.message })
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .send({ code: 'Not_Found', message: `there is no ${request.method} ${request.url.split('?')[0]}` }),
  )
  app.register(
    async (api) => {
      api.get('/', async (_request: FastifyRequest, reply) => reply.type('text/plain').send('OK'))
      for (const routes of [loginRoutes, projectRoutes, experimentRoutes, metricRoutes, objectRoutes, readMetricRoutes])
        routes(api, context)
    },
    { prefix: '/api' },
  )
}

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error
  const status = error.statusCode ?? 500
  if (status < 500) return new ApiError(status, 'Bad_Request', error.message)
  // A fault of the server's own: the client is to keep its data.
  return later('the server failed; it has noted why')
}
