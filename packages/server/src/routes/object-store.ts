import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isSigned, sign, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'

/** How long a signed address is good for, in milliseconds: a client may be slow, and an expired one blocks some for ever. */
const ADDRESS_TIME = 7 * 86_400_000

export interface ObjectName {
  readonly cuid: string
  readonly path: string
  /** `<upload>.<number>` of a part of a file; empty for a whole one. */
  readonly part?: string
}

const claim = (verb: 'put' | 'get', { cuid, path, part = '' }: ObjectName): string => `${verb} ${cuid} ${part} ${path}`

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

/**
 * Where the bytes of media and saved files go. Whatever must be refused is answered 200 and dropped: clients would come
 * back with it for ever, and let everything else wait.
 */
export function objectStoreRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  void app.register(async (objects) => {
    // An object is bytes, also when they happen to be JSON or text.
    objects.removeAllContentTypeParsers()
    objects.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    objects.put('/objects/:id', async (request, reply) => {
      const object = objectIn(request)
      const { cuid, path, part = '' } = object
      if (!isAllowed(request, 'put', object)) return drop(request, reply)
      const [uploadId = '', number] = part.split('.')
      const tag = part
        ? await storage.putPart(cuid, uploadId, Number(number), contentOf(request))
        : await storage.put(cuid, path, contentOf(request))
      return taken(reply, tag)
    })

    objects.get('/objects/:id', async (request, reply) => {
      const object = objectIn(request)
      const content = isAllowed(request, 'get', object) ? await storage.get(object.cuid, object.path) : undefined
      if (!content) throw new ApiError(404, 'Not_Found', 'no such object')
      // Whatever a client uploaded is never run as a page of this server.
      return reply.header('content-security-policy', 'sandbox').type('application/octet-stream').send(content)
    })

    // Clients before 0.7.4 put media into an object store; this server is one. What counts is the session token.
    objects.put('/objects/swanlab/:id/*', async (request, reply) => {
      const { id, '*': path } = request.params as { id: string; '*': string }
      const [expires, signature = ''] = String(request.headers['x-amz-security-token'] ?? '').split('.')
      const allowed = isSigned(context, `sts ${id}`, Number(expires), signature)
      if (!allowed || !storage.runByCuid(id)) return drop(request, reply)
      return taken(reply, await storage.put(id, path, contentOf(request)))
    })
  })

  function isAllowed(request: FastifyRequest, verb: 'put' | 'get', object: ObjectName): boolean {
    const { expires, signature } = request.query as Record<string, unknown>
    const right = isSigned(context, claim(verb, object), Number(expires), String(signature))
    if (!right && verb === 'put')
      context.report('warn', `an object for run ${object.cuid} was dropped: its address has expired or was changed`)
    return right && storage.runByCuid(object.cuid) !== undefined
  }
}

function objectIn(request: FastifyRequest): ObjectName {
  const { path, part } = request.query as Record<string, unknown>
  const { id } = request.params as { id: string }
  return { cuid: id, path: typeof path === 'string' ? path : '', part: typeof part === 'string' ? part : '' }
}

/** An empty object comes without a body. */
function contentOf(request: FastifyRequest): Readable {
  return request.body instanceof Readable ? request.body : Readable.from([])
}

function taken(reply: FastifyReply, tag: string | undefined): FastifyReply {
  return reply.header('etag', `"${tag ?? '0'}"`).send()
}

function drop(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  contentOf(request).resume()
  return taken(reply, undefined)
}
