import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z, type ZodType } from 'zod'
import { ApiError, forbidden, notFound, unauthorized } from './errors.ts'
import type { ReadQueue } from './reads/read-queue.ts'
import type { Storage, StoredProject, StoredRun } from './storage/interfaces.ts'

export interface Context {
  readonly storage: Storage
  /** What may take long takes its turn here. */
  readonly reads: ReadQueue
  readonly clock: () => number
  readonly report: (level: 'info' | 'warn' | 'error', message: string) => void
  /** Bytes of what comes in one request as an object, of a saved file that comes in parts, and of all that is being read. */
  readonly limits: { readonly object: number; readonly file: number; readonly reads: number }
  /** Address under which clients see the server. */
  readonly publicUrl: (request: FastifyRequest) => string
}

/** The user of the session. @throws ApiError 401 */
export function userOf(_context: Context, request: FastifyRequest): string {
  if (request.user === '') throw unauthorized('log in first')
  return request.user
}

/** @throws ApiError 400 that names what is wrong. */
export function parse<T>(schema: ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw new ApiError(400, 'Bad_Request', `${path.join('.') || 'the request'}: ${message}`)
}

const projectParams = z.object({ workspace: z.string(), project: z.string() })
const runParams = z.object({ workspace: z.string(), project: z.string(), id: z.string() })

/** A project that the user may change, or only see. @throws ApiError 404; also for what may not be seen. */
export function projectOf(context: Context, request: FastifyRequest, access: 'read' | 'write'): StoredProject {
  const user = userOf(context, request)
  const { workspace, project: name } = parse(projectParams, request.params)
  const project = context.storage.project(workspace, name)
  if (!project || !maySee(project, user)) throw notFound('project')
  if (access === 'write' && project.workspace !== user) throw forbidden('this project belongs to somebody else')
  return project
}

/** @throws ApiError */
export function runOf(context: Context, request: FastifyRequest, access: 'read' | 'write'): StoredRun {
  const project = projectOf(context, request, access)
  const run = context.storage.run(project, parse(runParams, request.params).id)
  if (!run) throw notFound('run')
  return run
}

/** A run by its cuid alone, for addresses that name no project. @throws ApiError */
export function runByCuid(
  context: Context,
  request: FastifyRequest,
  cuid: string,
  access: 'read' | 'write',
): StoredRun {
  const user = userOf(context, request)
  const run = context.storage.runByCuid(cuid)
  const project = run && context.storage.project(run.workspace, run.project)
  if (!run || !project || !maySee(project, user)) throw notFound('run')
  if (access === 'write' && project.workspace !== user) throw forbidden('this run belongs to somebody else')
  return run
}

/** A run that takes something; absent when it was deleted: what it is sent is dropped silently. @throws ApiError */
export function receiver(context: Context, request: FastifyRequest, cuid: string): StoredRun | undefined {
  userOf(context, request)
  return context.storage.wasDeleted(cuid) ? undefined : runByCuid(context, request, cuid, 'write')
}

/** Likewise, for addresses that name the project. @throws ApiError */
export function receiverIn(context: Context, request: FastifyRequest): StoredRun | undefined {
  const project = projectOf(context, request, 'write')
  const { id } = parse(runParams, request.params)
  const run = context.storage.run(project, id)
  if (!run && !context.storage.hasDeleted(project, id)) throw notFound('run')
  return run
}

export function maySee({ workspace, visibility }: StoredProject, user: string): boolean {
  return workspace === user || visibility === 'PUBLIC'
}

/** Signed addresses need no session: whoever has one may use it until it expires. */
export function sign({ storage }: Pick<Context, 'storage'>, what: string, expires: number): string {
  return createHmac('sha256', storage.secret).update(`${expires}\n${what}`).digest('hex')
}

export function isSigned(
  context: Pick<Context, 'storage' | 'clock'>,
  what: string,
  expires: number,
  signature: string,
): boolean {
  if (!Number.isSafeInteger(expires) || expires < context.clock()) return false
  const [right, given] = [Buffer.from(sign(context, what, expires)), Buffer.from(signature)]
  return right.length === given.length && timingSafeEqual(right, given)
}

/** As the client calls it. @throws ApiError 400 for a host that is none: it would be repeated in every address. */
export function originOf({ protocol, host }: FastifyRequest): string {
  if (!/^[\w.:[\]-]{1,261}$/.test(host)) throw new ApiError(400, 'Bad_Request', 'the header "host" names no host')
  return `${protocol}://${host}`
}

export const iso = (time: number): string => new Date(time).toISOString()
