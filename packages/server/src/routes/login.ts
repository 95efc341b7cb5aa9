import type { FastifyInstance } from 'fastify'
import { iso, userOf, type Context } from '../context.ts'
import { notFound, unauthorized } from '../errors.ts'

/** Sessions, and what a user may know of users. */
export function loginRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  app.post('/login/api_key', async (request, reply) => {
    const user = storage.userOfKey(request.headers.authorization ?? '')
    if (user === undefined) throw unauthorized('this API key is not known here')
    const { sid, expires } = await storage.openSession(user)
    reply.header('set-cookie', `sid=${sid}; Path=/; HttpOnly; SameSite=Lax`)
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
