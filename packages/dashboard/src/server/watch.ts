import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { FolderSource } from './folder-source.ts'
import { mountDashboard } from './mount.ts'
import { PageError } from './page-error.ts'
import { bearerOf, guardHosts, sameToken } from './request-guard.ts'
import { answerError } from './routes.ts'
import { secureAnswer, secureAnswers } from './security-headers.ts'

export interface WatchOptions {
  /** Logdirs or run folders. */
  readonly folders: readonly string[]
  /** Default: `127.0.0.1`. On anything else whoever looks at the page needs its token. */
  readonly host?: string | undefined
  /** Default: 5092; 0 takes a free one. A port that is taken: the next free one of the ten behind it. */
  readonly port?: number | undefined
  /** Names under which the page may be called, beside those of this machine's loopback and `host`. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Default: a new one of 128 random bits. */
  readonly token?: string | undefined
  /** False: what was read of journals is not kept for the next time. Default: true. */
  readonly cache?: boolean | undefined
  /** Where messages for whoever started it go. Default: nowhere. */
  readonly report?: ((message: string) => void) | undefined
}

export interface Watcher {
  /** Address of the page, with its token. */
  readonly url: string
  /**
   * Leads to `url` once, within a minute: for the command line of a browser, which every user of a machine can read.
   */
  readonly openUrl: string
  /** The port that was asked for was taken. */
  readonly portTaken: boolean
  readonly port: number
  close(): Promise<void>
}

const DEFAULT_PORT = 5092
const MORE_PORTS = 10
/** Milliseconds that a browser may take to start. */
const OPENING = 60_000
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/
const PAGE_METHODS = new Set(['GET', 'HEAD'])
/** Addresses below which there are no pages. */
const NO_PAGE = /^\/(?:api|assets|open)(?:\/|$)/

/**
 * Serves the dashboard over run folders, until it is closed. It only ever reads them.
 *
 * @throws Error when the address cannot be used.
 *
 * @example
 * ```ts
 * import { watchRuns } from '@swanlab/dashboard'
 *
 * const page = await watchRuns({ folders: ['swanlog'], port: 0 })
 * console.log(page.url)
 * await page.close()
 * ```
 */
export async function watchRuns(options: WatchOptions): Promise<Watcher> {
  const { folders, host = '127.0.0.1', port = DEFAULT_PORT, token = randomBytes(16).toString('base64url') } = options
  const { allowedHosts = [], cache = true, report = () => {} } = options
  const app = Fastify({
    forceCloseConnections: true,
    // Nobody who takes nothing keeps what waits for them for longer than this.
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    http: { maxHeaderSize: 64 * 1024 },
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _request, reply) => {
      secureAnswer(reply)
      answerError(error, reply, report)
    },
  }) as unknown as FastifyInstance
  app.setErrorHandler((error: Error, _request, reply) => answerError(error, reply, report))
  secureAnswers(app)
  guardHosts(app, { allowedHosts: [...allowedHosts, ...namesOf(host)] })
  const dashboard = mountDashboard(app, {
    ...{ source: new FolderSource(folders), mode: 'watch', cache, report },
    authorize: (request) => {
      if (sameToken(bearerOf(request), token)) return ''
      throw new PageError(401, 'This page was opened without its token: open the address that `swanlab watch` printed.')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const isPage = PAGE_METHODS.has(request.method) && !NO_PAGE.test(request.url)
    return isPage ? dashboard.sendPage(reply) : reply.status(404).send({ message: 'There is nothing here.' })
  })
  const openPath = openOnce(app, `/#t=${token}`)
  const taken = await listen(app, host, port)
  const { port: actual } = app.server.address() as AddressInfo
  const called = LOOPBACK.test(host) || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const address = `http://${called.includes(':') ? `[${called}]` : called}:${actual}`
  return {
    url: `${address}/#t=${token}`,
    openUrl: `${address}${openPath}`,
    portTaken: taken,
    port: actual,
    close: async () => {
      dashboard.end()
      await app.close()
      await dashboard.close()
    },
  }
}

/** @returns an address that leads to `target` the first time that it is asked for. */
function openOnce(app: FastifyInstance, target: string): string {
  const path = `/open/${randomBytes(16).toString('base64url')}`
  let until = performance.now() + OPENING
  app.get(path, { exposeHeadRoute: false }, (_request, reply) => {
    if (performance.now() > until)
      throw new PageError(410, 'This address was good once: open the one that `swanlab watch` printed.')
    until = 0
    return reply.redirect(target, 303)
  })
  return path
}

/** What a page at this address may be called, beside localhost. */
function namesOf(host: string): string[] {
  const every = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
  const names = host === '0.0.0.0' || host === '::' ? [...every, hostname()] : [host]
  return names.map((name) => (name.includes(':') ? `[${name}]` : name))
}

/** @returns whether the port that was asked for was taken. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<boolean> {
  for (let next = port; ; next++) {
    try {
      await app.listen({ host, port: next })
      return next !== port
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || port === 0 || next >= Math.min(port + MORE_PORTS, 65_535)) throw error
    }
  }
}
