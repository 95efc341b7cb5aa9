import { Readable, Transform } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { ApiError } from '../errors.ts'

/** An object is larger than it may be. */
class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** An object is bytes, also when they happen to be JSON or text. */
export function takeBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/**
 * Streams an object to where it is kept. One that is larger than it may be is dropped and answered 200, like all that
 * must be refused: clients would come back with it for ever, and let everything else wait.
 *
 * @param most - In bytes.
 * @param store - What it leaves unread is thrown away.
 * @throws ApiError, and what `store` does.
 */
export async function receive(
  { report }: Pick<Context, 'report'>,
  request: FastifyRequest,
  reply: FastifyReply,
  most: number,
  store: (content: Readable) => Promise<string | undefined>,
): Promise<FastifyReply> {
  if (Number(request.headers['content-length'] ?? 0) > most) return refuse()
  const body = bodyOf(request)
  const content = limited(body, most)
  try {
    return answer(reply, await store(content))
  } catch (error) {
    if (error instanceof TooLarge) return refuse()
    if (request.raw.destroyed) throw new ApiError(400, 'Bad_Request', 'the client went away')
    throw error
  } finally {
    body.unpipe(content)
    content.destroy()
    body.resume()
  }

  function refuse(): FastifyReply {
    report('warn', `an object was dropped: it is larger than ${most} bytes`)
    return drop(request, reply)
  }
}

/** Answers an object as if it had been taken. */
export function drop(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  bodyOf(request).resume()
  return answer(reply, undefined)
}

function answer(reply: FastifyReply, tag: string | undefined): FastifyReply {
  return reply.header('etag', `"${tag || '0'}"`).send()
}

/** An empty object comes without a body. */
function bodyOf(request: FastifyRequest): Readable {
  return request.body instanceof Readable ? request.body : Readable.from([])
}

function limited(body: Readable, most: number): Transform {
  let left = most
  const content = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length
      if (left < 0) done(new TooLarge(`more than ${most} bytes`))
      else done(null, chunk)
    },
  })
  // Its reader gets the error; nobody may read it any more.
  content.on('error', () => {})
  body.on('error', (error) => content.destroy(error))
  body.on('close', () => {
    if (!body.readableEnded) content.destroy(new Error('the client went away'))
  })
  return body.pipe(content)
}
