import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isSigned, parse, runByCuid, sign, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { newUploadId } from '../upload-id.ts'

/** How long a signed address is good for, in milliseconds: a client may be slow, and an expired one blocks some for ever. */
const ADDRESS_TIME = 7 * 86_400_000
const path = z.string().max(1_024)
const mediaBody = z.object({ experimentId: z.string(), paths: z.array(path).max(10_000) })
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
  const { storage, clock } = context

  const address = (request: FastifyRequest, verb: 'put' | 'get', cuid: string, name: string, part = ''): string => {
    const expires = clock() + ADDRESS_TIME
    const signature = sign(context, `${verb} ${cuid} ${part} ${name}`, expires)
    const query = `expires=${expires}&signature=${signature}${part && `&part=${part}`}`
    return `${context.publicUrl(request)}/objects/${cuid}?path=${encodeURIComponent(name)}&${query}`
  }
  const signed = (
    request: FastifyRequest,
    verb: 'put' | 'get',
  ): { cuid: string; name: string; part: string; ok: boolean } => {
    const { path: name = '', expires, signature = '', part = '' } = request.query as Record<string, string>
    const { id: cuid } = request.params as { id: string }
    const ok = isSigned(context, `${verb} ${cuid} ${part} ${name}`, Number(expires), signature)
    return { cuid, name, part, ok: ok && storage.runByCuid(cuid) !== undefined }
  }

  app.post('/resources/presigned/put', async (request) => {
    const { experimentId, paths } = parse(mediaBody, request.body)
    const { cuid } = runByCuid(context, request, experimentId, 'write')
    return { urls: paths.map((one) => address(request, 'put', cuid, one)) }
  })

  app.put('/objects/:id', async (request, reply) => {
    const { cuid, name, part, ok } = signed(request, 'put')
    const content = request.body as Readable
    if (!ok) {
      content.resume()
      return reply.header('etag', '"0"').send()
    }
    const [uploadId = '', number] = part.split('.')
    const tag = part
      ? await storage.putPart(cuid, uploadId, Number(number), content)
      : await storage.put(cuid, name, content)
    return reply.header('etag', `"${tag ?? '0'}"`).send()
  })

  app.get('/objects/:id', async (request, reply) => {
    const { cuid, name, ok } = signed(request, 'get')
    const content = ok ? await storage.get(cuid, name) : undefined
    if (!content) throw new ApiError(404, 'Not_Found', 'no such object')
    // Whatever a client uploaded is never run as a page of this server.
    return reply.header('content-security-policy', 'sandbox').type('application/octet-stream').send(content)
  })

  app.post('/resources/presigned/get', async (request) => {
    const { prefix, paths } = parse(z.object({ prefix: z.string(), paths: z.array(path).max(10_000) }), request.body)
    const { cuid } = runByCuid(context, request, prefix.split('/').at(-1) ?? '', 'read')
    return { urls: paths.map((one) => address(request, 'get', cuid, one)) }
  })

  const run = (request: FastifyRequest): string =>
    runByCuid(context, request, (request.params as { id: string }).id, 'write').cuid

  app.post('/experiment/:id/files/prepare', async (request) => {
    const cuid = run(request)
    const { files } = parse(filesBody, request.body)
    return { urls: files.map((one) => address(request, 'put', cuid, `files/${one.path}`)) }
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
        const uploadId = newUploadId()
        const parts = Array.from({ length: count }, (_, at) => ({
          partNumber: at + 1,
          url: address(request, 'put', cuid, `files/${name}`, `${uploadId}.${at + 1}`),
        }))
        return { uploadId, parts }
      }),
    }
  })
  app.post('/experiment/:id/files/complete-multipart', async (request, reply) => {
    const cuid = run(request)
    for (const { path: name, uploadId, parts } of parse(joinBody, request.body).files) {
      const numbers = parts.map(({ partNumber }) => partNumber).toSorted((a, b) => a - b)
      if (!(await storage.joinParts(cuid, uploadId, `files/${name}`, numbers)))
        context.report('warn', `a file of run ${cuid} lacks parts`)
    }
    return reply.status(201).send({})
  })
}
