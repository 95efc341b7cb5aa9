import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSigned, sign, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { throttledReport } from '../throttled-report.ts'
import { drop, receive } from './object-body.ts'

/** How long a signed address is good for, in milliseconds: a client may be slow, and an expired one blocks some for ever. */
const ADDRESS_TIME = 7 * 86_400_000

export interface ObjectName {
  readonly cuid: string
  readonly path: string
  /** `<upload>.<number>` of a part of a file; empty for a whole one. */
  readonly part?: string
}

/** As JSON: no member can be taken for a piece of another. */
const claim = (verb: 'put' | 'get', { cuid, path, part = '' }: ObjectName): string =>
  JSON.stringify([verb, cuid, part, path])

/** An address that may be used by whoever has it. */
export function addressOf(context: Context, request: FastifyRequest, verb: 'put' | 'get', object: ObjectName): string {
  const expires = context.clock() + ADDRESS_TIME
  const { cuid, path, part = '' } = object
  const query = new URLSearchParams({
    path,
    expires: String(expires),
    signature: sign(context, claim(verb, object), expires),
    ...(part !== '' && { part }),
  })
  return `${context.publicUrl(request)}/objects/${cuid}?${query.toString()}`
}

/** Where the bytes of media and saved files go, and come from. Whatever must be refused is answered 200 and dropped. */
export function objectStoreRoutes(app: FastifyInstance, context: Context): void {
  const { storage, limits } = context
  const dropped = throttledReport(
    context,
    (count) => `${count} objects were dropped: their addresses have expired or were changed`,
  )

  app.put('/objects/:id', { config: { open: true } }, async (request, reply) => {
    const object = objectIn(request)
    const { cuid, path, part = '' } = object
    if (!isAllowed(request, 'put', object)) {
      dropped()
      return drop(request, reply)
    }
    if (part === '')
      return receive(context, request, reply, limits.object, (content) => storage.put(cuid, path, content))
    const [uploadId = '', number] = part.split('.')
    const left = limits.file - (await storage.partsSize(cuid, uploadId, Number(number)))
    return receive(context, request, reply, Math.max(0, Math.min(limits.object, left)), (content) =>
      storage.putPart(cuid, uploadId, Number(number), content),
    )
  })

  app.get('/objects/:id', { config: { open: true } }, async (request, reply) => {
    const object = objectIn(request)
    const content = isAllowed(request, 'get', object) ? await storage.get(object.cuid, object.path) : undefined
    if (!content) throw new ApiError(404, 'Not_Found', 'no such object')
    // Whatever a client uploaded is never run as a page of this server.
    return reply.header('content-security-policy', 'sandbox').type('application/octet-stream').send(content)
  })

  function isAllowed(request: FastifyRequest, verb: 'put' | 'get', object: ObjectName): boolean {
    const { expires, signature } = request.query as Record<string, unknown>
    const right = isSigned(context, claim(verb, object), Number(expires), String(signature))
    return right && storage.runByCuid(object.cuid) !== undefined
  }
}

function objectIn(request: FastifyRequest): ObjectName {
  const { path, part } = request.query as Record<string, unknown>
  const { id } = request.params as { id: string }
  return { cuid: id, path: typeof path === 'string' ? path : '', part: typeof part === 'string' ? part : '' }
}
