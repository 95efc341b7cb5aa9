import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LIMITS } from '../protocol/limits.ts'
import { pointsAsCsv } from '../export/csv.ts'
import { viewerTemplate } from '../export/viewer.ts'
import { encodeFrame } from '../protocol/frame.ts'
import type { RunList } from '../protocol/runs.ts'
import type { SeriesQuery } from '../protocol/series.ts'
import { ReadError, type Reader } from '../reading/reader.ts'
import type { QuestionName, Questions } from '../reading/worker-messages.ts'
import type { EventStreams } from './event-streams.ts'
import type { FrameTickets } from './frame-tickets.ts'
import { sendFile } from './media-file.ts'
import { PageError, noSuchRun } from './page-error.ts'
import { checkFrame, checkSeries, countOf, textOf } from './parameters.ts'
import { QueryQueue } from './query-queue.ts'
import type { RunLists } from './run-lists.ts'
import type { ListedRun, RunSource } from './run-source.ts'

export interface RouteOptions {
  readonly source: RunSource
  readonly reader: Reader
  readonly lists: RunLists
  readonly events: EventStreams
  readonly frames: FrameTickets
  /** Who asks. @throws PageError 401 */
  readonly authorize: (request: FastifyRequest) => string | Promise<string>
  /** What the page is told about itself, beside who looks at it. */
  readonly about: Readonly<Record<string, unknown>>
  /** Whether the viewer may know where runs lie on this machine. */
  readonly showsFolders: boolean
}

type Params = { run: string }

/** What the page asks. Everything is read; nothing here writes. */
export function dashboardRoutes(app: FastifyInstance, options: RouteOptions): void {
  const { source, lists, events, frames, authorize, about, showsFolders } = options
  const queue = new QueryQueue(LIMITS.runningQueries, LIMITS.queryDeadline)
  const exports = new QueryQueue(LIMITS.runningExports, LIMITS.queryDeadline)
  const viewers = new WeakMap<FastifyRequest, string>()
  app.addHook('onRequest', async (request) => {
    viewers.set(request, await authorize(request))
  })
  // Whoever has no name is told apart by the connection.
  const clientOf = (request: FastifyRequest): unknown => viewers.get(request) || request.raw.socket
  const runOf = async (request: FastifyRequest): Promise<ListedRun> => {
    const run = await source.find(viewers.get(request)!, (request.params as Params).run)
    if (!run) throw noSuchRun()
    return run
  }
  const ask = async <Name extends QuestionName>(
    name: Name,
    question: Questions[Name]['ask'],
    signal: AbortSignal,
  ): Promise<Questions[Name]['answer']> => {
    try {
      return await options.reader.ask(name, question, signal)
    } catch (error) {
      throw error instanceof ReadError ? readableError(error, showsFolders) : error
    }
  }

  app.get('/session', (request) => ({ viewer: viewers.get(request), title: source.title, ...about }))

  app.get('/runs', async (request): Promise<RunList> => {
    const { rows, version, problems } = await lists.look(viewers.get(request)!)
    return { runs: rows, version, problems }
  })

  app.get('/runs/:run', async (request, reply) => {
    const { key, dir, known } = await runOf(request)
    const { health, ...detail } = await ask('detail', { dir }, goneSignal(reply))
    return { ...detail, ...known, key, health: showsFolders ? health : { ...health, folder: undefined } }
  })

  app.post('/series', { bodyLimit: LIMITS.body }, async (request, reply) => {
    const queries = checkSeries(request.body)
    const viewer = viewers.get(request)!
    const known = new Map<string, string>()
    for (const key of new Set(queries.flatMap(runsIn))) {
      const run = await source.find(viewer, key)
      if (run) known.set(key, run.dir)
    }
    const signal = goneSignal(reply)
    const answers = async function* (): AsyncGenerator<Uint8Array> {
      for (const query of queries) {
        const dirs = runsIn(query).flatMap((key) => (known.has(key) ? [[key, known.get(key)!] as const] : []))
        try {
          yield await queue.run(() => ask('series', { query, dirs }, signal), signal, clientOf(request))
        } catch (error) {
          // Others may have an answer all the same.
          if (signal.aborted) return
          yield encodeFrame({ id: query.id, error: (error as Error).message, from: 0, to: 0, lines: [] }, new Map())
        }
      }
    }
    return reply.type('application/octet-stream').send(Readable.from(answers(), { objectMode: false }))
  })

  app.get('/runs/:run/console', async (request, reply) => {
    const { dir } = await runOf(request)
    const [from, count] = [countOf(request, 'from', 1), countOf(request, 'count', 200)]
    if (count > LIMITS.consoleLines)
      throw new PageError(413, `At most ${LIMITS.consoleLines} lines come in one answer, not ${count}: ask for fewer.`)
    return ask('console', { dir, from, count }, goneSignal(reply))
  })

  app.get('/runs/:run/console/find', async (request, reply) => {
    const { dir } = await runOf(request)
    const [text, after] = [textOf(request, 'text'), countOf(request, 'after', 0)]
    const signal = goneSignal(reply)
    return queue.run(() => ask('find', { dir, text, after }, signal), signal, clientOf(request))
  })

  app.get('/runs/:run/media', async (request, reply) => {
    const { dir } = await runOf(request)
    const [key, from] = [textOf(request, 'key'), countOf(request, 'from', 0)]
    return ask('media', { dir, key, from }, goneSignal(reply))
  })

  app.get('/runs/:run/file', async (request, reply) =>
    sendFile(reply, (await runOf(request)).dir, textOf(request, 'path')),
  )

  app.post('/runs/:run/frame', { bodyLimit: LIMITS.body }, async (request) => ({
    address: `${app.prefix}/frames/${frames.issue({ dir: (await runOf(request)).dir, ...checkFrame(request.body) })}`,
  }))

  app.get('/runs/:run/points', async (request, reply) => {
    const { key, dir } = await runOf(request)
    const metric = textOf(request, 'key')
    await turnFor(reply, exports, clientOf(request))
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${key}.csv"`)
      .send(Readable.from(pointsAsCsv(dir, metric), { objectMode: false }))
  })

  app.get('/viewer', (_request, reply) => reply.type('text/plain; charset=utf-8').send(viewerTemplate()))

  app.get('/events', { exposeHeadRoute: false }, (request, reply) => {
    events.open(request, reply, viewers.get(request)!)
  })
}

/** Runs that a query names, those of its groups included. */
function runsIn({ runs, grouping }: SeriesQuery): readonly string[] {
  return [...new Set([...runs, ...(grouping?.groups.flatMap((group) => group.runs) ?? [])])]
}

/** Aborted when nobody waits for the answer any more. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const onClose = (): void => {
    if (!reply.raw.writableFinished) gone.abort(new PageError(499, 'The page has gone.'))
  }
  if (reply.raw.closed) onClose()
  else reply.raw.once('close', onClose)
  return gone.signal
}

/** Waits for a place in a queue, and keeps it until the answer has been taken. @throws PageError 503 */
function turnFor(reply: FastifyReply, queue: QueryQueue, client: unknown): Promise<void> {
  const signal = goneSignal(reply)
  const isOver = new Promise<void>((resolve) => reply.raw.once('close', () => resolve()))
  return new Promise((resolve, reject) => {
    queue
      .run(
        () => {
          resolve()
          return isOver
        },
        signal,
        client,
      )
      .catch(reject)
  })
}

/** @param saysWhere - Whether the viewer may know where runs lie. */
function readableError({ message, code }: ReadError, saysWhere: boolean): PageError {
  if (code === 'ENOENT' || code === 'ENOTDIR') return new PageError(404, 'This run has been removed.')
  if (code === 'EACCES' || code === 'EPERM') return new PageError(403, 'The folder of this run may not be read.')
  if (code === undefined) return new PageError(503, message)
  return new PageError(500, saysWhere ? message : 'What was stored of this run cannot be read.')
}

/** In place of what the framework says. */
const SENTENCES: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'This is no address.',
  FST_ERR_MAX_PARAM_LENGTH: 'This is no address: it is too long.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'What is asked here is JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'What is asked here is JSON, and this is empty.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'What is asked here is JSON, and this is none.',
}

function sentenceOf({ code = '', message }: Error & { readonly code?: string }, reply: FastifyReply): string {
  if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return SENTENCES[code] ?? message
  return `A request like this holds at most ${reply.request.routeOptions.bodyLimit / 1024} KiB: ask for less at once.`
}

/** One sentence for whatever goes wrong. */
export function answerError(
  error: Error & { readonly statusCode?: number; readonly status?: number; readonly code?: string },
  reply: FastifyReply,
  report: (message: string) => void,
): FastifyReply {
  // Whoever asked has gone in the middle of the answer.
  if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return reply.hijack()
  reply.type('application/json; charset=utf-8')
  // Errors with a status of their own are meant for whoever asked.
  const status = error.status ?? error.statusCode ?? 500
  if (status < 500 || error.status !== undefined)
    return reply.status(status).send({ message: sentenceOf(error, reply) })
  report(error.stack ?? error.message)
  return reply.status(status).send({ message: 'Something went wrong in the server; its output says what.' })
}
