import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { maySee, parse, projectOf, userOf, type Context } from '../context.ts'
import { forbidden, notFound } from '../errors.ts'
import { page, projectView } from '../views.ts'

// No address can hold `.` and `..`.
const name = z
  .string()
  .regex(/^(?!\.{1,2}$)[0-9a-zA-Z_\-+.]{1,100}$/, { error: 'takes 1 to 100 characters of 0-9 a-z A-Z _ - + .' })
const visibility = z
  .enum(['PUBLIC', 'PRIVATE'])
  .nullish()
  .transform((value) => value ?? 'PRIVATE')
const order = z.object({ name, visibility, username: z.string().nullish() })
const workspaceParams = z.object({ workspace: z.string() })

/** Projects, in the words of both generations of clients. */
export function projectRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.post('/projects/:workspace', async (request, reply) => {
    const user = userOf(context, request)
    const { workspace } = parse(workspaceParams, request.params)
    // Never 404: clients would fall back to the older address.
    if (workspace !== user) throw forbidden(`${user} may not create projects in ${workspace}`)
    const { name: called, visibility: visible } = parse(order, request.body)
    const known = storage.project(workspace, called)
    const project = known ?? (await storage.createProject(workspace, called, visible))
    return reply.status(known ? 200 : 201).send(projectView(context, project))
  })

  app.post('/project', async (request, reply) => {
    const user = userOf(context, request)
    const { name: called, visibility: visible, username } = parse(order, request.body)
    if ((username ?? user) !== user) throw notFound('workspace')
    const known = storage.project(user, called)
    const project = known ?? (await storage.createProject(user, called, visible))
    return reply.status(known ? 409 : 201).send(projectView(context, project))
  })

  // Asked by old clients when the one above says that there is no such workspace.
  app.post('/project/:workspace', async (request) => {
    userOf(context, request)
    throw notFound('workspace')
  })

  app.get('/project/:workspace', async (request) => {
    const user = userOf(context, request)
    const { workspace } = parse(workspaceParams, request.params)
    const { search } = request.query as { search?: string }
    const visible = storage
      .projects(workspace)
      .filter((project) => maySee(project, user) && (!search || project.name.includes(search)))
    return page(visible, request.query, (project) => projectView(context, project))
  })

  app.get('/project/:workspace/:project', async (request) => projectView(context, projectOf(context, request, 'read')))

  app.delete('/project/:workspace/:project', async (request) => {
    await storage.deleteProject(projectOf(context, request, 'write'))
    return {}
  })
}
