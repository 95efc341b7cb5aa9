import type { FastifyInstance } from 'fastify'
import { iso, userOf, type Context } from '../context.ts'
import { ApiError, notFound, unauthorized } from '../errors.ts'
import { FailedLogins } from '../failed-logins.ts'
import { throttledReport } from '../throttled-report.ts'

/** Sessions, and what a user may know of users. */
export function loginRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context
  const failed = new FailedLogins(clock)
  let lastAddress = ''
  const count = throttledReport(
    context,
    (logins) => `${logins} failed login${logins === 1 ? '' : 's'}, the last one from ${lastAddress}`,
  )
  const countFailure = (address: string): void => {
    lastAddress = address
    count()
  }
  app.post('/login/api_key', { config: { open: true } }, async (request, reply) => {
    const session = await storage.openSession(request.headers.authorization ?? '')
    if (!session) {
      countFailure(request.ip)
      if (await failed.slow(request.ip)) throw unauthorized('this API key is not known here')
      reply.header('retry-after', '10')
      throw new ApiError(429, 'Too_Many_Requests', 'too many logins with wrong keys')
    }
    const { user, sid, expires } = session
    const secure = context.publicUrl(request).startsWith('https:') ? '; Secure' : ''
    reply.header('set-cookie', `sid=${sid}; Path=/; HttpOnly; SameSite=Lax${secure}`)
    // There is no dashboard yet: clients that ask print no addresses of pages.
    return { sid, expiredAt: iso(expires), userInfo: { username: user, name: user }, pages: false }
  })

  const group = (name: string): object => ({
    name,
    username: name,
    type: 'PERSON',
    comment: '',
    role: 'OWNER',
    profile: { bio: '', url: '', institution: '', school: '', email: '', location: '' },
  })
  app.get('/group/', async (request) => ({ list: [group(userOf(context, request))] }))
  app.get('/group/:name', async (request) => {
    const user = userOf(context, request)
    if ((request.params as { name: string }).name !== user) throw notFound('workspace')
    return group(user)
  })
  app.get('/user/:name/groups', async (request) => [group(userOf(context, request))])
  app.get('/user/profile', async (request) => {
    userOf(context, request)
    return { bio: '', url: '', institution: '', school: '', email: '', location: '' }
  })
  app.get('/self_hosted/info', async (request) => {
    userOf(context, request)
    return { enabled: true, expired: false, root: true, plan: 'commercial', seats: 999 }
  })
}
