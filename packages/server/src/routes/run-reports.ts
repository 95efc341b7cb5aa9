import { isTime } from '@swanlab/journal'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { PROFILE } from '../bodies/limits.ts'
import { parse, receiver, receiverIn, type Context } from '../context.ts'
import { isTooDeep } from '../json-depth.ts'

const members = z
  .record(z.string(), z.unknown())
  .refine((value) => !isTooDeep(value), { error: 'is nested too deeply' })
  .nullish()
const profileBody = z.object({
  config: members,
  metadata: members,
  requirements: z.string().nullish(),
  conda: z.string().nullish(),
})
const stateBody = z.object({
  state: z.enum(['FINISHED', 'CRASHED', 'ABORTED']),
  finishedAt: z.string().nullish(),
})

/** What clients report of a run besides what it logs: its configuration, its machine, that it lives, how it ended. */
export function runReportRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context

  app.put('/project/:workspace/:project/runs/:id/profile', { bodyLimit: PROFILE }, async (request) => {
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
    if (run) await storage.endRun(run.cuid, state, isTime(time) ? time : clock())
    return {}
  })

  app.post('/house/experiments/:id/heartbeat', async (request) => {
    const run = receiver(context, request, (request.params as { id: string }).id)
    if (run) storage.beat(run.cuid)
    return {}
  })
}
