import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, receiver, runByCuid, type Context } from '../context.ts'
import { newCuid } from '../ids.ts'
import { addressOf } from './object-store.ts'

const path = z.string().max(8_192)
const mediaBody = z.object({ experimentId: z.string(), paths: z.array(path) })
const file = z.object({ path, size: z.number().nullish(), md5: z.string().nullish(), mimeType: z.string().nullish() })
const filesBody = z.object({ files: z.array(file).max(1_000) })
const partsBody = z.object({ files: z.array(file.extend({ count: z.int().min(1).max(10_000) })).max(1_000) })
const joinBody = z.object({
  files: z.array(
    z.object({
      path,
      uploadId: z.string(),
      parts: z.array(z.object({ partNumber: z.int().min(1).max(10_000) })).max(10_000),
    }),
  ),
})

/** Media and saved files: addresses to put them to, and to get them from. */
export function objectRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.post('/resources/presigned/put', async (request) => {
    const { experimentId, paths } = parse(mediaBody, request.body)
    const cuid = receiver(context, request, experimentId)?.cuid ?? experimentId
    return { urls: paths.map((one) => addressOf(context, request, 'put', { cuid, path: one })) }
  })

  app.post('/resources/presigned/get', async (request) => {
    const { prefix, paths } = parse(z.object({ prefix: z.string(), paths: z.array(path).max(10_000) }), request.body)
    const { cuid } = runByCuid(context, request, prefix.split('/').at(-1) ?? '', 'read')
    return { urls: paths.map((one) => addressOf(context, request, 'get', { cuid, path: one })) }
  })

  // What is put for a run that was deleted is dropped when it comes.
  const run = (request: FastifyRequest): string => {
    const { id } = request.params as { id: string }
    receiver(context, request, id)
    return id
  }

  app.post('/experiment/:id/files/prepare', async (request) => {
    const cuid = run(request)
    const { files } = parse(filesBody, request.body)
    return { urls: files.map((one) => addressOf(context, request, 'put', { cuid, path: `files/${one.path}` })) }
  })
  app.post('/experiment/:id/files/complete', async (request, reply) => {
    run(request)
    return reply.status(201).send({})
  })
  app.post('/experiment/:id/files/prepare-multipart', async (request) => {
    const cuid = run(request)
    const { files } = parse(partsBody, request.body)
    return {
      files: files.map(({ path: name, count }) => {
        const uploadId = newCuid()
        const parts = Array.from({ length: count }, (_, at) => ({
          partNumber: at + 1,
          url: addressOf(context, request, 'put', { cuid, path: `files/${name}`, part: `${uploadId}.${at + 1}` }),
        }))
        return { uploadId, parts }
      }),
    }
  })
  app.post('/experiment/:id/files/complete-multipart', async (request, reply) => {
    const cuid = run(request)
    for (const { path: name, uploadId, parts } of parse(joinBody, request.body).files) {
      const numbers = parts.map(({ partNumber }) => partNumber).toSorted((a, b) => a - b)
      if (storage.runByCuid(cuid) && !(await storage.joinParts(cuid, uploadId, `files/${name}`, numbers)))
        context.report('warn', `a file of run ${cuid} lacks parts`)
    }
    return reply.status(201).send({})
  })
}
