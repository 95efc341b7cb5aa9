import type { FastifyInstance } from 'fastify'
import { iso, userOf, type Context } from '../context.ts'
import { ApiError, notFound } from '../errors.ts'
import type { Logins } from '../logins.ts'

/** Sessions, and what a user may know of users. */
export function loginRoutes(app: FastifyInstance, context: Context, logins: Logins): void {
  app.post('/login/api_key', { config: { open: true } }, async (request, reply) => {
    const session = await logins.open(request.headers.authorization ?? '', request.ip).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 429) reply.header('retry-after', '10')
      throw error
    })
    const { user, sid, expires } = session
    const secure = context.publicUrl(request).startsWith('https:') ? '; Secure' : ''
    reply.header('set-cookie', `sid=${sid}; Path=/; HttpOnly; SameSite=Lax${secure}`)
    return { sid, expiredAt: iso(expires), userInfo: { username: user, name: user } }
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
