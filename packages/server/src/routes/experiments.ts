import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, projectOf, runOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { runQuery, select } from '../run-query.ts'
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
/** Runs: made, continued, listed, deleted. */
export function experimentRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context

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
    return reply.status(created ? 201 : 200).send({ ...runView(run, clock()), flagId: run.flagId })
  })

  app.get('/project/:workspace/:project/runs', async (request) => {
    const project = projectOf(context, request, 'read')
    const runs = storage.runs(project).toSorted((a, b) => b.createdAt - a.createdAt)
    return page(
      runs.map((run) => runView(run, clock())),
      request.query,
    )
  })

  app.post('/project/:workspace/:project/runs/shows', async (request) => {
    const project = projectOf(context, request, 'read')
    const query = parse(runQuery, request.body ?? {})
    const rows = storage.runs(project).map((run) => ({ run, view: runView(run, clock()) }))
    return select(rows, query, async (cuid, keys) => {
      const { scalar } = storage.lastSteps(cuid)
      return [...keys].some((key) => scalar.has(key)) ? storage.scalars(cuid, keys) : new Map()
    })
  })

  app.get('/project/:workspace/:project/runs/:id', async (request) => runView(runOf(context, request, 'read'), clock()))

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
}
