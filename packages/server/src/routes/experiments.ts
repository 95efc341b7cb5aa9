import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, projectOf, runOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { answerAtOnce, answerInTurn } from '../reads/answer.ts'
import { orderOf } from '../reads/order.ts'
import type { Sheet } from '../reads/sheet.ts'
import type { Work } from '../reads/work.ts'
import { fieldOf } from '../run-fields.ts'
import { runQuery, select, type RunFields, type Selected } from '../run-query.ts'
import type { StoredRun } from '../storage/interfaces.ts'
import { page, runView } from '../views.ts'

const text = (most: number) => z.string().transform((value) => value.slice(0, most))
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/)
const DEFAULT_COLOURS = ['#528d59', '#528d59']
const order = z.object({
  name: text(512).nullish(),
  description: text(4_096).nullish(),
  createdAt: z.string().max(64).nullish(),
  colors: z.array(colour).length(2).nullish().catch(undefined),
  labels: z
    .array(z.object({ name: text(512) }))
    .max(200)
    .nullish()
    .catch(undefined),
  job: text(512).nullish(),
  cluster: text(512).nullish(),
  cuid: z
    .string()
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^<>:"/\\|?*#%\u0000-\u001f]{1,512}$/, {
      error: 'takes 1 to 512 characters without < > : " / \\ | ? * # %',
    })
    .nullish(),
})
/** Once a list of runs has so many bytes, further ones are without their profiles: clients ask for each of these when they need it. */
const MAX_PROFILES = 8 * 1024 * 1024

/** Runs: made, continued, listed, deleted. */
export function experimentRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock, limits } = context
  const profiles = Math.min(MAX_PROFILES, limits.reads / 16)

  app.post('/project/:workspace/:project/experiment', async (request, reply) => {
    const project = projectOf(context, request, 'write')
    const body = parse(order, request.body)
    const [light = '', dark = ''] = body.colors ?? DEFAULT_COLOURS
    const { run, created } = await storage.createRun(project, {
      id: body.cuid ?? undefined,
      name: body.name || 'run',
      description: body.description ?? '',
      colors: [light, dark],
      labels: (body.labels ?? []).map((label) => label.name),
      job: body.job ?? undefined,
      cluster: body.cluster ?? undefined,
      requestedAt: body.createdAt ?? undefined,
    })
    reply.status(created ? 201 : 200)
    return answerAtOnce(context, request, reply, { ...runView(run, clock()), flagId: run.flagId })
  })

  app.get('/project/:workspace/:project/runs', (request, reply) =>
    answerInTurn(context, request, reply, async (work, sheet) => {
      const runs = storage.runs(projectOf(context, request, 'read'))
      const newestFirst = await orderOf(runs.length, (a, b) => runs[b]!.createdAt - runs[a]!.createdAt, work)
      return page([...newestFirst], request.query, (at) => listed(runs[at]!, sheet))
    }),
  )

  app.post('/project/:workspace/:project/runs/shows', (request, reply) =>
    answerInTurn(context, request, reply, async (work, sheet) => {
      const project = projectOf(context, request, 'read')
      const query = parse(runQuery, request.body ?? {})
      const fields: RunFields = {
        field: (run, type, key) => fieldOf(run, type, key, clock()),
        scalars: (run, keys) => lastValues(run.cuid, keys, work),
      }
      const found = await select(storage.runs(project), query, fields, work)
      const { page: number, size } = request.query as { page?: unknown; size?: unknown }
      if (number === undefined && size === undefined) return views(found, sheet)
      if (!isList(found)) throw new ApiError(400, 'Bad_Request', 'groups have no pages')
      return page(found, request.query, (run) => listed(run, sheet))
    }),
  )

  app.get('/project/:workspace/:project/runs/:id', async (request, reply) =>
    answerAtOnce(context, request, reply, runView(runOf(context, request, 'read'), clock())),
  )

  app.delete('/project/:workspace/:project/runs/:id', async (request) => {
    await storage.deleteRun(runOf(context, request, 'write').cuid)
    return {}
  })

  app.post('/project/:workspace/:project/runs/del', async (request) => {
    const project = projectOf(context, request, 'write')
    const { cuids } = parse(z.object({ cuids: z.array(z.string()).max(1_000) }), request.body)
    for (const cuid of cuids) {
      const run = storage.run(project, cuid)
      if (!run) throw new ApiError(404, 'Not_Found', `run ${cuid} not found`)
      await storage.deleteRun(run.cuid)
    }
    return {}
  })

  /** Written when its turn comes: by then it is known how long the answer has become. */
  function listed(run: StoredRun, sheet: Sheet): () => object {
    return () => runView(run, clock(), sheet.size < profiles)
  }

  function views(found: Selected, sheet: Sheet): () => unknown {
    return () =>
      isList(found)
        ? found.map((run) => listed(run, sheet))
        : Object.fromEntries(Object.entries(found).map(([name, part]) => [name, views(part, sheet)]))
  }

  async function lastValues(cuid: string, keys: ReadonlySet<string>, work: Work): Promise<ReadonlyMap<string, number>> {
    const { scalar } = storage.lastSteps(cuid)
    if (![...keys].some((key) => scalar.has(key))) return new Map()
    const series = await storage.scalars(cuid, keys, work)
    return new Map(Array.from(series, ([key, { values }]) => [key, values.at(-1)!]))
  }
}

const isList = (found: Selected): found is readonly StoredRun[] => Array.isArray(found)
