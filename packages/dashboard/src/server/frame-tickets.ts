import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { sendFrame, type FrameType } from './media-file.ts'
import { PageError } from './page-error.ts'

/** Milliseconds between the answer that names an address and the frame that asks for it. */
const VALID = 30_000
/** Addresses that nobody has asked for yet, of all pages. */
const MOST = 1_000

interface Ticket {
  readonly dir: string
  readonly path: string
  readonly type: FrameType
  readonly until: number
}

/**
 * A frame sends no token, and an address with one in it would be kept by whoever sees it: each of these leads to one file,
 * once, and soon or not at all.
 */
export class FrameTickets {
  readonly #now: () => number
  /** The oldest first. */
  readonly #tickets = new Map<string, Ticket>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  issue(file: Omit<Ticket, 'until'>): string {
    for (const [id, { until }] of this.#tickets)
      if (until < this.#now() || this.#tickets.size >= MOST) this.#tickets.delete(id)
      else break
    const id = randomBytes(16).toString('base64url')
    this.#tickets.set(id, { ...file, until: this.#now() + VALID })
    return id
  }

  /** Undefined: it was taken before, or is too old. */
  take(id: string): Ticket | undefined {
    const ticket = this.#tickets.get(id)
    this.#tickets.delete(id)
    return ticket && ticket.until >= this.#now() ? ticket : undefined
  }

  /** Whoever has the address needs no token: to be called outside of what asks for one. */
  routes(app: FastifyInstance): void {
    app.get('/frames/:id', { exposeHeadRoute: false }, (request, reply) => {
      const { id } = request.params as { id: string }
      const ticket = this.take(id)
      if (!ticket) throw new PageError(410, 'This address was good once, and not for long: load the page again.')
      return sendFrame(reply, ticket.dir, ticket.path, ticket.type)
    })
  }
}
