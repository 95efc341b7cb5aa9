import type { FastifyRequest } from 'fastify'
import { unauthorized } from './errors.ts'
import type { IdentityStore } from './storage/interfaces.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in; empty on an open route. */
    user: string
  }
  interface FastifyContextConfig {
    /** Needs no session: whoever may use the route proves it in another way, such as by a key or a signature. */
    open?: boolean
    /** The lists in a body that is too large to be read at once come as `Pieces`. */
    pieces?: boolean
  }
}

/** Finds out who is logged in, before any of the body is read. @throws ApiError 401 */
export function authenticate(storage: IdentityStore, request: FastifyRequest): void {
  if (request.routeOptions.config.open) return
  const sid = /(?:^|;\s*)sid=([^;\s]+)/.exec(request.headers.cookie ?? '')?.[1]
  const user = sid === undefined ? undefined : storage.userOfSession(sid)
  if (user === undefined) throw unauthorized('log in first')
  request.user = user
}
