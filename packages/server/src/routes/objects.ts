import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { PATHS } from '../bodies/limits.ts'
import { parse, receiver, runByCuid, type Context } from '../context.ts'
import { addressOf } from './object-store.ts'
import { MAX_ADDRESSES, path } from './object-path.ts'

const mediaBody = z.object({ experimentId: z.string(), paths: z.array(path).max(MAX_ADDRESSES) })
const readBody = z.object({ prefix: z.string(), paths: z.array(path).max(10_000) })

/** Addresses to put media to, and to get objects from. */
export function objectRoutes(app: FastifyInstance, context: Context): void {
  app.post('/resources/presigned/put', { bodyLimit: PATHS }, async (request) => {
    const { experimentId, paths } = parse(mediaBody, request.body)
    const cuid = receiver(context, request, experimentId)?.cuid ?? experimentId
    return { urls: paths.map((one) => addressOf(context, request, 'put', { cuid, path: one })) }
  })

  app.post('/resources/presigned/get', { bodyLimit: PATHS }, async (request) => {
    const { prefix, paths } = parse(readBody, request.body)
    const { cuid } = runByCuid(context, request, prefix.split('/').at(-1) ?? '', 'read')
    return { urls: paths.map((one) => addressOf(context, request, 'get', { cuid, path: one })) }
  })
}
