import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { ApiError, OverloadError } from '../errors.ts'
import { collect } from './collect.ts'
import { parsed, parseGradually } from './gradual-parse.ts'
import { BodyMemory } from './memory.ts'
import { EventLoopBudget } from './event-loop-budget.ts'

const gone = (): ApiError => new ApiError(400, 'Bad_Request', 'the client went away')
/** Bytes of a body that is parsed at once. */
const SMALL = 128 * 1024

export interface BodyLimits {
  readonly body: number
  readonly bodies: number
}

/** Reads the bodies of requests, so that none of them stops the server, and all together fit in its memory. */
export class JsonBodies {
  readonly #limits: BodyLimits
  readonly #memory: BodyMemory
  readonly #budget = new EventLoopBudget()

  constructor(limits: BodyLimits) {
    this.#limits = limits
    this.#memory = new BodyMemory(limits.bodies)
  }

  /**
   * @returns what the JSON says. Where the route takes pieces, the lists of a large body are `Pieces`.
   * @throws ApiError 413, 415, 400; 507 when there is no memory for it.
   */
  async read(request: FastifyRequest, reply: FastifyReply, stream: Readable): Promise<unknown> {
    const length = Number(request.headers['content-length'] ?? Number.NaN)
    if (length === 0) return undefined
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new ApiError(415, 'Bad_Request', 'takes application/json')
    const bytes = await this.#collect(request, reply, stream, length)
    if (bytes.length <= SMALL) {
      await this.#budget.take(bytes.length)
      return bytes.length === 0 ? undefined : parsed(bytes.toString())
    }
    return this.#readLarge(request, reply, bytes)
  }

  #collect(request: FastifyRequest, reply: FastifyReply, stream: Readable, length: number): Promise<Buffer> {
    const { user } = request
    const most = Math.min(request.routeOptions.bodyLimit, this.#limits.body)
    const refuse = (): never => {
      throw new ApiError(413, 'Bad_Request', `the request is longer than ${most} bytes`)
    }
    if (length > most) refuse()
    let taken = 0
    reply.raw.once('close', () => this.#memory.release(user, taken))
    return collect(stream, length, (arrived, more) => {
      // What is counted now would never be released.
      if (reply.raw.destroyed) throw gone()
      if (arrived > most) refuse()
      if (!this.#memory.take(user, more)) throw new OverloadError('too much is being sent at once')
      taken += more
    })
  }

  #readLarge(request: FastifyRequest, reply: FastifyReply, bytes: Buffer): Promise<unknown> {
    const { pieces = false } = request.routeOptions.config
    const turn = async (cost: number): Promise<void> => {
      await this.#budget.take(cost)
      if (reply.raw.destroyed) throw gone()
    }
    return parseGradually(bytes, { turn, pieces })
  }
}
