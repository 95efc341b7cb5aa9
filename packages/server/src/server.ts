import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Dashboard } from '@swanlab/dashboard'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { JsonBodies } from './bodies/json-body.ts'
import { DEFAULT as DEFAULT_BODY } from './bodies/limits.ts'
import { originOf, type Context } from './context.ts'
import { handleErrors } from './error-handler.ts'
import { lockFolder } from './folder-lock.ts'
import { resolveLimits, type Limits, type ServerLimits } from './limits.ts'
import { Logins } from './logins.ts'
import { addDashboard } from './pages/dashboard.ts'
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
import { closeWithin, refuseWhileClosing } from './shutdown.ts'
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
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g
const IS_API = /^\/api(?:[/?]|$)/
/** Addresses meant for browsers. All others mean the API: clients before 0.9 leave `/api` out. */
const IS_PAGE = /^\/(?:@|\?|$|assets\/|settings(?:[/?]|$))/
const PAGE_METHODS = new Set(['GET', 'HEAD'])
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
  const limits = resolveLimits(options.limits)
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
  const dashboard = assemble(app, context, limits, options.publicUrl)
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
      dashboard.end()
      await closeWithin(app, limits.closeTimeout)
      await dashboard.close()
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

function assemble(app: FastifyInstance, context: Context, limits: Limits, publicUrl: string | undefined): Dashboard {
  // Bodies are read by whoever knows what they may be: `JsonBodies`, and the routes of objects.
  takeBytes(app)
  const bodies = new JsonBodies(limits)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  handleErrors(app, context, limits.laterDelay)
  const logins = new Logins(context)
  const publicHost = publicUrl !== undefined && URL.canParse(publicUrl) ? new URL(publicUrl).host : undefined
  const dashboard = addDashboard(app, context, { logins, publicHost })
  app.setNotFoundHandler((request, reply) => {
    // The address that a client prints for a run is meant for a browser.
    if (PAGE_METHODS.has(request.method) && IS_PAGE.test(request.url) && !request.url.startsWith('/assets/'))
      return dashboard.sendPage(reply)
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
      loginRoutes(api, context, logins)
      for (const routes of [
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
  return dashboard
}
