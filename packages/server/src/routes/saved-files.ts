import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PATHS } from '../bodies/limits.ts'
import { parse, receiver, type Context } from '../context.ts'
import { newCuid } from '../ids.ts'
import { answerList } from '../reads/answer.ts'
import { addressOf } from './object-store.ts'
import { MAX_ADDRESSES, path } from './object-path.ts'

const file = z.object({ path, size: z.number().nullish(), md5: z.string().nullish(), mimeType: z.string().nullish() })
const filesBody = z.object({ files: z.array(file).max(1_000) })
const partsBody = z.object({
  files: z
    .array(file.extend({ count: z.int().min(1).max(10_000) }))
    .max(1_000)
    .refine((files) => files.reduce((sum, { count }) => sum + count, 0) <= MAX_ADDRESSES, {
      error: `more than ${MAX_ADDRESSES} parts`,
    }),
})
const joinBody = z.object({
  files: z
    .array(
      z.object({
        path,
        uploadId: z.string(),
        parts: z.array(z.object({ partNumber: z.int().min(1).max(10_000) })).max(10_000),
      }),
    )
    .max(1_000),
})

/** Files that clients save with their runs, whole or in parts. */
export function savedFileRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  // What is put for a run that was deleted is dropped when it comes.
  const run = (request: FastifyRequest): string => {
    const { id } = request.params as { id: string }
    receiver(context, request, id)
    return id
  }

  app.post('/experiment/:id/files/prepare', { bodyLimit: PATHS }, async (request) => {
    const cuid = run(request)
    const { files } = parse(filesBody, request.body)
    return { urls: files.map((one) => addressOf(context, request, 'put', { cuid, path: `files/${one.path}` })) }
  })
  app.post('/experiment/:id/files/complete', { bodyLimit: PATHS }, async (request, reply) => {
    run(request)
    return reply.status(201).send({})
  })
  app.post('/experiment/:id/files/prepare-multipart', { bodyLimit: PATHS }, async (request, reply) => {
    const cuid = run(request)
    const { files } = parse(partsBody, request.body)
    const plans = files.map(({ path: name, count }) => () => {
      const uploadId = newCuid()
      const parts = Array.from({ length: count }, (_, at) => () => ({
        partNumber: at + 1,
        url: addressOf(context, request, 'put', { cuid, path: `files/${name}`, part: `${uploadId}.${at + 1}` }),
      }))
      return { uploadId, parts }
    })
    const count = files.reduce((sum, { count: parts }) => sum + parts, 0)
    return answerList(context, request, reply, count, () => ({ files: plans }))
  })
  app.post('/experiment/:id/files/complete-multipart', { bodyLimit: PATHS }, async (request, reply) => {
    const cuid = run(request)
    for (const { path: name, uploadId, parts } of parse(joinBody, request.body).files) {
      // A part counts once, however often it is named.
      const numbers = [...new Set(parts.map(({ partNumber }) => partNumber))].toSorted((a, b) => a - b)
      if (storage.runByCuid(cuid) && !(await storage.joinParts(cuid, uploadId, `files/${name}`, numbers)))
        context.report('warn', `a file of run ${cuid} lacks parts`)
    }
    return reply.status(201).send({})
  })
}
