import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { iso, parse, projectOf, receiver, receiverIn, runOf, sign, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
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
const profileBody = z.object({
  config: z.record(z.string(), z.unknown()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  requirements: z.string().nullish(),
  conda: z.string().nullish(),
})
const stateBody = z.object({
  state: z.enum(['FINISHED', 'CRASHED', 'ABORTED']),
  finishedAt: z.string().nullish(),
})
const STS_TIME = 86_400_000

/** Runs: made, continued, described, ended. */
export function experimentRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context

  app.post('/project/:workspace/:project/experiment', async (request, reply) => {
    const project = projectOf(context, request, 'write')
    const body = parse(order, request.body)
    const elsewhere = body.cuid ? storage.runByCuid(body.cuid) : undefined
    if (elsewhere && (elsewhere.project !== project.name || elsewhere.workspace !== project.workspace))
      throw new ApiError(409, 'Conflict', `run ${body.cuid} belongs to another project`)
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
    const runs = storage.runs(project).toSorted((a, b) => b.createdAt - a.createdAt)
    return runs.map((run) => runView(run, clock()))
  })

  app.get('/project/:workspace/:project/runs/:id', async (request) => runView(runOf(context, request, 'read'), clock()))

  app.delete('/project/:workspace/:project/runs/:id', async (request) => {
    await storage.deleteRun(runOf(context, request, 'write').cuid)
    return {}
  })

  app.put('/project/:workspace/:project/runs/:id/profile', async (request) => {
    const run = receiverIn(context, request)
    const { config, metadata, requirements, conda } = parse(profileBody, request.body)
    if (!run) return {}
    await storage.updateProfile(run.cuid, {
      ...(config && { config }),
      ...(metadata && { metadata }),
      ...(requirements && { requirements }),
      ...(conda && { conda }),
    })
    return {}
  })

  app.put('/project/:workspace/:project/runs/:id/state', async (request) => {
    const run = receiverIn(context, request)
    const { state, finishedAt } = parse(stateBody, request.body)
    const time = finishedAt ? Date.parse(finishedAt) : Number.NaN
    if (run) await storage.endRun(run.cuid, state, Number.isNaN(time) ? clock() : time)
    return {}
  })

  app.post('/house/experiments/:id/heartbeat', async (request) => {
    const run = receiver(context, request, (request.params as { id: string }).id)
    if (run) storage.beat(run.cuid)
    return {}
  })

  // Clients before 0.7.4 put media into an object store; this server is one.
  app.get('/project/:workspace/:project/runs/:id/sts', async (request) => {
    const { cuid } = runOf(context, request, 'write')
    const expires = clock() + STS_TIME
    return {
      expiredTime: Math.floor(expires / 1000),
      expiredAt: iso(expires),
      prefix: cuid,
      bucket: 'swanlab',
      region: 'local',
      endPoint: `${context.publicUrl(request)}/objects`,
      pathStyle: true,
      credentials: {
        tmpSecretId: cuid,
        tmpSecretKey: sign(context, `key ${cuid}`, expires),
        sessionToken: `${expires}.${sign(context, `sts ${cuid}`, expires)}`,
      },
    }
  })
}
