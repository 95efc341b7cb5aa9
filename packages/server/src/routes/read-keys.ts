import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import type { StoredRun } from '../storage/interfaces.ts'
import { page } from '../views.ts'
import { experiments } from './series-points.ts'

/** Types of columns that the oldest clients know. */
const KNOWN = ['FLOAT', 'IMAGE', 'AUDIO', 'TEXT', 'OBJECT3D', 'MOLECULE', 'ECHARTS']
const keysBody = z.object({ experiments, limit: z.number().nullish(), cursor: z.string().nullish() })
const availabilityBody = z.object({ experiments, keys: z.array(z.string()).max(1_000) })

/** What runs have logged under which keys. */
export function readKeyRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  const runFor = (request: FastifyRequest, id: string): StoredRun => runByCuid(context, request, id, 'read')

  for (const kind of ['scalar', 'media'] as const)
    app.post(`/house/metrics/${kind}/keys`, async (request) => {
      const body = parse(keysBody, request.body)
      const all = body.experiments.flatMap(({ experimentId }) => [
        ...storage.lastSteps(runFor(request, experimentId).cuid)[kind].keys(),
      ])
      const keys = [...new Set(all)].toSorted()
      const from = body.cursor ? keys.findIndex((key) => key > body.cursor!) : 0
      const limit = Math.min(10_000, Math.max(1, Math.trunc(body.limit ?? 2_000)))
      const shown = from < 0 ? [] : keys.slice(from, from + limit)
      const hasMore = from >= 0 && from + limit < keys.length
      return { keys: shown, hasMore, nextCursor: hasMore ? shown.at(-1) : '' }
    })

  for (const kind of ['scalar', 'media'] as const)
    app.post(`/house/metrics/${kind}/availability`, async (request) => {
      const body = parse(availabilityBody, request.body)
      const owned = body.experiments.map(({ experimentId }) => {
        return { experimentId, steps: storage.lastSteps(runFor(request, experimentId).cuid)[kind] }
      })
      const having = (key: string): string[] =>
        owned.filter(({ steps }) => steps.has(key)).map(({ experimentId }) => experimentId)
      return Object.fromEntries(body.keys.map((key) => [key, having(key)]))
    })

  app.get('/experiment/:id/column', async (request) => {
    const { cuid } = runFor(request, (request.params as { id: string }).id)
    const { all, search } = request.query as { all?: string; search?: string }
    const { scalar, media } = storage.lastSteps(cuid)
    const list = storage
      .columns(cuid)
      // A type that the oldest clients do not know ends them, and so does a column without data.
      .filter(
        ({ key, type }) => (scalar.has(key) || media.has(key)) && KNOWN.includes(type === 'SYSTEM' ? 'FLOAT' : type),
      )
      .filter(({ key }) => !search || key.includes(search))
      .map(({ key, type, class: kind, name, createdAt }) => {
        const system = kind === 'SYSTEM' || type === 'SYSTEM'
        return {
          key,
          name: name ?? key,
          type: type === 'SYSTEM' ? 'FLOAT' : type,
          class: system ? 'SYSTEM' : 'CUSTOM',
          createdAt,
        }
      })
    return all === 'True' ? { list, size: list.length, pages: 1, total: list.length } : page(list, request.query)
  })
}
