import { bearerOf, checkOrigin, mountDashboard, PageError, type Dashboard, type SignedIn } from '@swanlab/dashboard'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, type Context } from '../context.ts'
import type { Logins } from '../logins.ts'
import { accountRoutes } from './account-routes.ts'
import { explained } from './explained.ts'
import { StoredRuns } from './stored-runs.ts'

const signInBody = z.object({ key: z.string().min(1).max(200) })
/** Bytes of what a page may send about an account. */
const SMALL = 4_096

export interface DashboardSettings {
  readonly logins: Logins
  /** Host under which a proxy shows the pages, when one stands before the server. */
  readonly publicHost: string | undefined
}

/** The pages of the server, and what they ask: each user sees their own runs, and those of public projects. */
export function addDashboard(app: FastifyInstance, context: Context, settings: DashboardSettings): Dashboard {
  const { storage, report } = context
  const userOf = (request: FastifyRequest): string => {
    const token = bearerOf(request)
    const user = storage.userOfSession(token)
    if (user === undefined)
      throw new PageError(401, token === '' ? 'Sign in with an API key.' : 'This session is over: sign in again.')
    return user
  }
  return mountDashboard(app, {
    source: new StoredRuns(context),
    authorize: userOf,
    stillMay: (viewer, request) => storage.userOfSession(bearerOf(request)) === viewer,
    guard: (request) => checkOrigin(request, settings.publicHost),
    mode: 'server',
    report: (message) => report('error', message),
    forAll: (open) => {
      open.post('/session', { bodyLimit: SMALL }, (request, reply) =>
        explained(reply, () => signIn(settings.logins, request)),
      )
    },
    forViewers: (viewers) => {
      viewers.delete('/session', async (request) => {
        await storage.closeSession(bearerOf(request))
        return {}
      })
      accountRoutes(viewers, { storage, userOf, bodyLimit: SMALL })
    },
  })
}

async function signIn(logins: Logins, request: FastifyRequest): Promise<SignedIn> {
  const { key } = parse(signInBody, request.body)
  const { sid, user, expires } = await logins.open(key.trim(), request.ip)
  return { token: sid, viewer: user, expires }
}
