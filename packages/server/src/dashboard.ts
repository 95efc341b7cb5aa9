import {
  bearerOf,
  checkOrigin,
  mountDashboard,
  PageError,
  type Dashboard,
  type KeyList,
  type ListedRun,
  type Listing,
  type MadeKey,
  type ProjectList,
  type RunSource,
  type SignedIn,
} from '@swanlab/dashboard'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { maySee, parse, type Context } from './context.ts'
import { ApiError, notFound } from './errors.ts'
import type { Logins } from './logins.ts'
import type { Storage, StoredProject, StoredRun } from './storage/interfaces.ts'

/**
 * A run that neither logs nor says that it lives for so long counts as lost, in milliseconds: clients say it every ten
 * minutes.
 */
const SILENCE = 25 * 60_000

const signInBody = z.object({ key: z.string().min(1).max(200) })
const keyBody = z.object({ name: z.string().max(50).optional() })
const projectBody = z.object({ public: z.boolean() })

export interface DashboardSettings {
  readonly logins: Logins
  /** Host under which a proxy shows the pages, when one stands before the server. */
  readonly publicHost: string | undefined
}

/** The pages of the server, and what they ask: each user sees their own runs, and those of public projects. */
export function addDashboard(app: FastifyInstance, context: Context, settings: DashboardSettings): Dashboard {
  const { storage, report } = context
  const userOf = (request: FastifyRequest): string => {
    const user = storage.userOfSession(bearerOf(request))
    if (user === undefined) throw new PageError(401, 'Sign in with an API key.')
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
      open.post('/session', (request, reply) => explained(reply, () => signIn(settings.logins, request)))
    },
    forViewers: (viewers) => {
      viewers.delete('/session', async (request) => {
        await storage.closeSession(bearerOf(request))
        return {}
      })
      addSettings(viewers, storage, userOf)
    },
  })
}

async function signIn(logins: Logins, request: FastifyRequest): Promise<SignedIn> {
  const { key } = parse(signInBody, request.body)
  const { sid, user, expires } = await logins.open(key.trim(), request.ip)
  return { token: sid, viewer: user, expires }
}

/** What users settle about themselves: their keys, and who may see their projects. */
function addSettings(app: FastifyInstance, storage: Storage, userOf: (request: FastifyRequest) => string): void {
  const nameOf = ({ params }: FastifyRequest): string => (params as { name: string }).name

  app.get('/keys', (request): KeyList => ({ keys: storage.keys(userOf(request)) }))
  app.post('/keys', (request, reply) =>
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

  const row = (project: StoredProject): ProjectList['projects'][number] => ({
    name: project.name,
    public: project.visibility === 'PUBLIC',
    runs: storage.runs(project).length,
  })
  app.get('/projects', (request): ProjectList => ({ projects: storage.projects(userOf(request)).map(row) }))
  app.post('/projects/:name', (request, reply) =>
    explained(reply, async () => {
      const project = storage.project(userOf(request), nameOf(request))
      if (!project) throw notFound('project')
      const { public: isPublic } = parse(projectBody, request.body)
      return row(await storage.setVisibility(project, isPublic ? 'PUBLIC' : 'PRIVATE'))
    }),
  )
}

/** What clients of the API are answered, as a sentence for people. */
async function explained<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 429) reply.header('retry-after', '10')
    throw new PageError(error.status, `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.`)
  }
}

/** The runs of a server, by their cuids. */
class StoredRuns implements RunSource {
  readonly title = 'SwanLab'
  readonly #context: Pick<Context, 'storage' | 'clock'>

  constructor(context: Pick<Context, 'storage' | 'clock'>) {
    this.#context = context
  }

  list(viewer: string): Listing {
    const { storage } = this.#context
    const runs = storage
      .users()
      .flatMap(({ name }) => storage.projects(name))
      .filter((project) => maySee(project, viewer))
      .flatMap((project) => this.#in(project))
    return { runs, problems: [] }
  }

  find(viewer: string, key: string): ListedRun | undefined {
    const { storage } = this.#context
    try {
      const run = storage.runByCuid(key)
      const project = run && storage.project(run.workspace, run.project)
      return project && maySee(project, viewer) ? this.#listed(run)[0] : undefined
    } catch {
      // Damaged, as in the list.
      return undefined
    }
  }

  #in(project: StoredProject): ListedRun[] {
    try {
      return this.#context.storage.runs(project).flatMap((run) => this.#listed(run))
    } catch {
      // Damaged: the server's report names it, and its other projects are there.
      return []
    }
  }

  #listed(run: StoredRun): ListedRun[] {
    const dir = this.#context.storage.runFolder(run.cuid)
    if (dir === undefined) return []
    const { cuid, slug, name, description, workspace, project, labels, colors, createdAt } = run
    const known = { id: slug, name, description, workspace, project, tags: labels, colors, startTime: createdAt }
    return [{ key: cuid, dir, known: { ...known, ...this.#stateOf(run) } }]
  }

  /** A journal of the server says how a run ended, and nothing of one that has not: its process is elsewhere. */
  #stateOf({ state, heartbeatAt, finishedAt }: StoredRun): ListedRun['known'] {
    if (state !== 'RUNNING') {
      const shown = { FINISHED: 'finished', CRASHED: 'crashed', ABORTED: 'aborted' } as const
      return { state: shown[state], endTime: finishedAt }
    }
    // Only clients that ever said that they live can be missed.
    const isSilent = heartbeatAt !== undefined && this.#context.clock() - heartbeatAt > SILENCE
    return { state: isSilent ? 'lost' : 'running', endTime: undefined }
  }
}
