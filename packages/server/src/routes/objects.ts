import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PATHS } from '../bodies/limits.ts'
import { parse, receiver, runByCuid, type Context } from '../context.ts'
import { answerList } from '../reads/answer.ts'
import { addressOf } from './object-store.ts'
import { MAX_ADDRESSES, paths } from './object-path.ts'

const mediaBody = z.object({ experimentId: z.string(), paths: paths(MAX_ADDRESSES) })
const readBody = z.object({ prefix: z.string(), paths: paths(10_000) })

/** Addresses to put media to, and to get objects from. */
export function objectRoutes(app: FastifyInstance, context: Context): void {
  app.post('/resources/presigned/put', { bodyLimit: PATHS }, async (request, reply) =>
    answerList(context, request, reply, countIn(request), () => {
      const { experimentId, paths: wanted } = parse(mediaBody, request.body)
      const cuid = receiver(context, request, experimentId)?.cuid ?? experimentId
      return { urls: wanted.map((one) => () => addressOf(context, request, 'put', { cuid, path: one })) }
    }),
  )

  app.post('/resources/presigned/get', { bodyLimit: PATHS }, async (request, reply) =>
    answerList(context, request, reply, countIn(request), () => {
      const { prefix, paths: wanted } = parse(readBody, request.body)
      const { cuid } = runByCuid(context, request, prefix.split('/').at(-1) ?? '', 'read')
      return { urls: wanted.map((one) => () => addressOf(context, request, 'get', { cuid, path: one })) }
    }),
  )
}

/** Before anything is looked at: that takes long, too, when there is much. */
function countIn({ body }: FastifyRequest): number {
  const { paths: sent } = (body ?? {}) as { paths?: unknown }
  return Array.isArray(sent) ? sent.length : 0
}
