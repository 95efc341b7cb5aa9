import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { JsonBodies } from './bodies/json-body.ts'
import { DEFAULT as DEFAULT_BODY } from './bodies/limits.ts'
import { originOf, type Context } from './context.ts'
import { ApiError, LATER, later } from './errors.ts'
import { lockFolder } from './folder-lock.ts'
import { bucketRoutes } from './routes/bucket.ts'
import { columnRoutes } from './routes/columns.ts'
import { readKeyRoutes } from './routes/read-keys.ts'
import { runReportRoutes } from './routes/run-reports.ts'
import { experimentRoutes } from './routes/experiments.ts'
import { exportRoutes } from './routes/exports.ts'
import { loginRoutes } from './routes/login.ts'
import { metricRoutes } from './routes/metrics.ts'
import { objectStoreRoutes } from './routes/object-store.ts'
import { objectRoutes } from './routes/objects.ts'
import { takeBytes } from './routes/object-body.ts'
import { projectRoutes } from './routes/projects.ts'
import { readMediaRoutes } from './routes/read-media.ts'
import { readMetricRoutes } from './routes/read-metrics.ts'
import { savedFileRoutes } from './routes/saved-files.ts'
import { authenticate } from './session.ts'
import { ReadQueue } from './reads/read-queue.ts'
import { FolderStorage } from './storage/folders/folder-storage.ts'
import type { Storage } from './storage/interfaces.ts'

/** What clients may ask of the server; sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /**
   * Bytes of one request that logs. Default: 128 MiB, for ten thousand lines with every character escaped. Other requests that
   * are no object may have less.
   */
  readonly body?: number | undefined
  /**
   * Bytes of all such requests that are under way; half of it for one user, so at least twice `body`. What is more is told to
   * come later. Default: 512 MiB.
   */
  readonly bodies?: number | undefined
  /**
   * Bytes of one object: media, a saved file, or a part of one. A larger one is dropped and answered 200, because an error
   * blocks clients for ever; `report` hears of it. Default: 1 GiB, ten times what any client sends at once.
   */
  readonly object?: number | undefined
  /** Bytes of a saved file that comes in parts; further ones are dropped. Default: 50 GiB, the limit of the clients. */
  readonly file?: number | undefined
  /**
   * Bytes that everything that is being read for clients may take, answers that they have not fetched yet included; a quarter
   * of it for one user. A request for more is refused, one that finds the memory taken is told to come later. Default: 1 GiB.
   */
  readonly reads?: number | undefined
  /** For the head of a request. Default: 30,000. */
  readonly headersTimeout?: number | undefined
  /** For a whole request; a slower client is cut off without an answer, which makes it keep its data. Default: 600,000. */
  readonly requestTimeout?: number | undefined
  /** Between two requests of one connection. Default: 72,000. */
  readonly keepAliveTimeout?: number | undefined
  /** For what is under way when the server is closed. Default: 5,000. */
  readonly closeTimeout?: number | undefined
  /** Before an answer of "later": some clients come back at once. Default: 1,000. */
  readonly laterDelay?: number | undefined
}

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
  /**
   * True: starts although the kernel cannot lock the folder, where only whoever starts servers keeps a second one, in
   * another container or on another machine, from writing over this one's data. Default: false.
   */
  readonly allowWeakLock?: boolean | undefined
  /** Default: `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Where the server's own messages go. Default: nowhere. */
  readonly report?: ((level: 'info' | 'warn' | 'error', message: string) => void) | undefined
  readonly limits?: ServerLimits | undefined
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
const LIMITS = {
  body: 128 * 1024 * 1024,
  bodies: 512 * 1024 * 1024,
  object: 1024 ** 3,
  file: 50 * 1024 ** 3,
  reads: 1024 ** 3,
  headersTimeout: 30_000,
  requestTimeout: 600_000,
  keepAliveTimeout: 72_000,
  closeTimeout: 5_000,
  laterDelay: 1_000,
} as const
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g
const NO_PAGES = `This server keeps runs, and has no pages to show them yet. On its machine,

    swanlab runs <its folder>/projects/<user>/<project>

lists them; each is a folder with a journal that every tool of SwanLab for TypeScript reads.
`
const IS_API = /^\/api(?:[/?]|$)/
/** Addresses meant for browsers. All others mean the API: clients before 0.9 leave `/api` out. */
const IS_PAGE = /^\/(?:@|\?|$)/
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/

/**
 * Starts a tracking server that SwanLab's clients log to.
 *
 * @throws Error when it is told to listen in the open without TLS, or the address or the folder cannot be used or locked.
 * @throws RangeError when a limit is none.
 *
 * @example
 * ```ts
 * import { createServer } from '@swanlab/server'
 *
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
  const limits = limitsOf(options.limits)
  const unlock = options.storage ? () => {} : lockFolder(dataDir, options.allowWeakLock)
  // What clients say may be in it: nothing of that is to work on a terminal.
  const report: Context['report'] = (level, message) => options.report?.(level, message.replaceAll(CONTROL, '?'))
  const storage = options.storage ?? (await openFolder(dataDir, { clock, report }, unlock))
  const app = create(limits, tls)
  refuseWhileClosing(app)
  const context: Context = {
    storage,
    reads: new ReadQueue(limits.reads),
    clock,
    report,
    limits,
    publicUrl: (request) => `${options.publicUrl ?? originOf(request)}/api`,
  }
  assemble(app, context, limits)
  try {
    await app.listen({ host, port })
  } catch (error) {
    await storage.close()
    unlock()
    throw error
  }
  const { port: actual } = app.server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    storage,
    close: async () => {
      const late = setTimeout(() => app.server.closeAllConnections(), limits.closeTimeout).unref()
      await app.close()
      clearTimeout(late)
      await storage.close().finally(unlock)
    },
  }
}

async function openFolder(
  dataDir: string,
  { clock, report }: Pick<Context, 'clock' | 'report'>,
  unlock: () => void,
): Promise<Storage> {
  try {
    return await FolderStorage.open(dataDir, clock, report)
  } catch (error) {
    unlock()
    throw error
  }
}

type Limits = { readonly [Limit in keyof typeof LIMITS]: number }

function limitsOf(given: ServerLimits = {}): Limits {
  const entries = (Object.entries(given) as [string, number | undefined][]).filter(([, limit]) => limit !== undefined)
  const wrong = entries.find(([, limit]) => !(limit! >= 0))
  if (wrong) throw new RangeError(`limits.${wrong[0]} takes a number from 0, not ${wrong[1]}`)
  const limits = { ...LIMITS, ...(Object.fromEntries(entries) as Partial<Limits>) }
  // A body that never fits would be told to come later for ever.
  if (limits.bodies < 2 * limits.body)
    throw new RangeError(`limits.bodies takes at least twice limits.body, ${2 * limits.body}, not ${limits.bodies}`)
  return limits
}

function create(limits: Limits, tls: ServerOptions['tls']): FastifyInstance {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = limits
  // How often Node looks for clients that are too slow.
  const http = { headersTimeout, connectionsCheckingInterval: Math.min(30_000, headersTimeout, requestTimeout) }
  const app = Fastify({
    bodyLimit: DEFAULT_BODY,
    connectionTimeout: requestTimeout,
    requestTimeout,
    keepAliveTimeout,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2_048 },
    rewriteUrl: ({ url = '/' }) => (IS_API.test(url) || IS_PAGE.test(url) ? url : `/api${url}`),
    // Old clients drop what is answered 503; `refuseWhileClosing` says "later" instead.
    return503OnClosing: false,
    // An answer of 4xx makes clients drop what they sent; a lost connection makes them send it again.
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable) socket.destroy()
      else socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    },
    ...(tls ? { https: { ...tls, ...http } } : { http }),
  }) as unknown as FastifyInstance
  return app
}

/**
 * When the server is closed it first stops to listen. What still arrives on open connections is told to come later; answers
 * to what had arrived before say that their connection ends, or it would stay open for the next request.
 */
function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false
  // Fastify stops to listen right after this hook.
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    done(closing ? later('the server is closing') : undefined)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

function assemble(app: FastifyInstance, context: Context, limits: Limits): void {
  // Bodies are read by whoever knows what they may be: `JsonBodies`, and the routes of objects.
  takeBytes(app)
  const bodies = new JsonBodies(limits)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  app.setErrorHandler(async (error: FastifyError | ApiError, request, reply) => {
    const known = asApiError(error)
    if (known.status >= 500)
      context.report('error', `${request.method} ${request.routeOptions.url ?? request.url}: ${withCause(error)}`)
    if (known.status === LATER) await pause(limits.laterDelay, undefined, { ref: false })
    reply.raw.statusMessage = known.reason ?? STATUS_CODES[known.status] ?? 'Unknown'
    return reply.status(known.status).send({ code: known.code, message: known.message })
  })
  app.setNotFoundHandler((request, reply) => {
    // The address that a client prints for a run is meant for a browser.
    if (IS_PAGE.test(request.url)) return reply.status(404).type('text/plain; charset=utf-8').send(NO_PAGES)
    return reply
      .status(404)
      .send({ code: 'Not_Found', message: `there is no ${request.method} ${request.originalUrl.split('?')[0]}` })
  })
  app.register(
    async (api) => {
      api.decorateRequest('user', '')
      api.addHook('onRequest', (request, _reply, done) => {
        authenticate(context.storage, request)
        done()
      })
      api.addHook('preValidation', async (request, reply) => {
        if (request.routeOptions.config.open || !(request.body instanceof Readable)) return
        request.body = await bodies.read(request, reply, request.body)
      })
      api.get('/', { config: { open: true } }, async (_request: FastifyRequest, reply) =>
        reply.type('text/plain').send('OK'),
      )
      for (const routes of [
        loginRoutes,
        projectRoutes,
        experimentRoutes,
        runReportRoutes,
        columnRoutes,
        metricRoutes,
        objectRoutes,
        savedFileRoutes,
        objectStoreRoutes,
        bucketRoutes,
        readMetricRoutes,
        readKeyRoutes,
        readMediaRoutes,
        exportRoutes,
      ])
        routes(api, context)
    },
    { prefix: '/api' },
  )
}

/** Clients hear the message; which file is behind it is for the server's own report. */
function withCause({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error
  const status = error.statusCode ?? 500
  if (status < 500) return new ApiError(status, 'Bad_Request', error.message)
  // A fault of the server's own: the client is to keep its data.
  return later('the server failed; it has noted why')
}
