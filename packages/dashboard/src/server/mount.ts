import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cacheFolder } from '../reading/block-store.ts'
import { Reader } from '../reading/reader.ts'
import { EventStreams, type EventStreamOptions } from './event-streams.ts'
import { FrameTickets } from './frame-tickets.ts'
import { pageFiles } from './page-files.ts'
import { answerError, dashboardRoutes } from './routes.ts'
import { RunLists } from './run-lists.ts'
import type { RunSource } from './run-source.ts'
import { secureAnswers } from './security-headers.ts'

/** Where the dashboard answers. */
const API = '/api/dashboard'

export interface DashboardOptions {
  readonly source: RunSource
  /** Who asks, by name; called before anything of a request is read. Throws a {@link PageError}, 401, for nobody. */
  readonly authorize: (request: FastifyRequest) => string | Promise<string>
  /** Whether a viewer whose stream is open is still one. Default: yes. */
  readonly stillMay?: EventStreamOptions['stillMay']
  /** Called first with every request. Throws a {@link PageError} for those that are refused. */
  readonly guard?: ((request: FastifyRequest) => void) | undefined
  /** `watch`: whoever looks may know where runs lie on this machine. `server`: they may not. */
  readonly mode: 'watch' | 'server'
  /** False: what was read of journals is not kept for the next time. Default: true. */
  readonly cache?: boolean | undefined
  /** Where messages for whoever started the server go. */
  readonly report: (message: string) => void
  /** Adds further routes, for those whom `authorize` lets in. */
  readonly forViewers?: ((app: FastifyInstance) => void) | undefined
  /** Adds further routes, for everybody. */
  readonly forAll?: ((app: FastifyInstance) => void) | undefined
}

export interface Dashboard {
  /** Answers with the page. */
  sendPage(reply: FastifyReply): FastifyReply
  /** Ends the open streams. To be called before the application is closed. */
  end(): void
  /** Lets go of the runs. To be called when the application is closed. */
  close(): Promise<void>
}

/**
 * Adds the dashboard to an application: the page's files, and what the page asks. Pages themselves are sent by whoever
 * knows their addresses.
 */
export function mountDashboard(app: FastifyInstance, options: DashboardOptions): Dashboard {
  const { source, authorize, stillMay, guard = () => {}, mode, cache = true, report, forViewers, forAll } = options
  const showsFolders = mode === 'watch'
  const reader = new Reader({
    cacheFolder: cache ? cacheFolder() : undefined,
    onGrown: (dir, _offset, end) => events.grown(dir, end),
  })
  const lists = new RunLists({ source, reader, showsFolders })
  const events = new EventStreams({ lists, reader, stillMay })
  const frames = new FrameTickets()
  const sendPage = pageFiles(app, mode)
  app.register(
    async (scope) => {
      secureAnswers(scope)
      scope.addHook('onRequest', async (request) => guard(request))
      scope.setErrorHandler((error: Error, _request, reply) => answerError(error, reply, report))
      scope.removeAllContentTypeParsers()
      const json = scope.getDefaultJsonParser('error', 'error')
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, json)
      scope.register(async (viewers) => {
        dashboardRoutes(viewers, { source, reader, lists, events, frames, authorize, about: { mode }, showsFolders })
        forViewers?.(viewers)
      })
      scope.register(async (open) => {
        frames.routes(open)
        forAll?.(open)
      })
    },
    { prefix: API },
  )
  return { sendPage, end: () => events.close(), close: () => reader.close() }
}
