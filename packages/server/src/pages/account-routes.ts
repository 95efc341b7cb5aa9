import { bearerOf, type KeyList, type MadeKey, type ProjectList, type ProjectRow } from '@swanlab/dashboard'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { maySee, parse } from '../context.ts'
import { notFound } from '../errors.ts'
import type { Storage, StoredProject } from '../storage/interfaces.ts'
import { explained } from './explained.ts'

const keyBody = z.object({ name: z.string().max(50).optional() })
const projectBody = z.object({ public: z.boolean() })

export interface AccountRoutesOptions {
  readonly storage: Storage
  /** @throws PageError 401 */
  readonly userOf: (request: FastifyRequest) => string
  readonly bodyLimit: number
}

/** What users settle about themselves, their keys and who may see their projects; and which projects of others they may see. */
export function accountRoutes(app: FastifyInstance, { storage, userOf, bodyLimit }: AccountRoutesOptions): void {
  const nameOf = ({ params }: FastifyRequest): string => (params as { name: string }).name

  app.get('/keys', (request): KeyList => {
    const current = storage.keyOfSession(bearerOf(request))
    return { keys: storage.keys(userOf(request)).map((key) => ({ ...key, current: key.name === current })) }
  })
  app.post('/keys', { bodyLimit }, (request, reply) =>
    explained(reply, async (): Promise<MadeKey> => {
      const { name } = parse(keyBody, request.body)
      return { key: await storage.createKey(userOf(request), name === '' ? undefined : name) }
    }),
  )
  app.delete('/keys/:name', (request, reply) =>
    explained(reply, async () => {
      await storage.revokeKey(userOf(request), nameOf(request))
      return {}
    }),
  )

  const row = (project: StoredProject): ProjectRow => ({
    name: project.name,
    public: project.visibility === 'PUBLIC',
    runs: storage.runs(project).length,
  })
  app.get('/users/:name/projects', (request, reply) =>
    explained(reply, async (): Promise<ProjectList> => {
      const [owner, viewer] = [nameOf(request), userOf(request)]
      const projects = storage.projects(owner).filter((project) => maySee(project, viewer))
      // Who shows nothing is not told from who does not exist.
      if (projects.length === 0 && owner !== viewer) throw notFound('user')
      return { projects: projects.map(row) }
    }),
  )
  app.post('/projects/:name', { bodyLimit }, (request, reply) =>
    explained(reply, async () => {
      const project = storage.project(userOf(request), nameOf(request))
      if (!project) throw notFound('project')
      const { public: isPublic } = parse(projectBody, request.body)
      return row(await storage.setVisibility(project, isPublic ? 'PUBLIC' : 'PRIVATE'))
    }),
  )
}
