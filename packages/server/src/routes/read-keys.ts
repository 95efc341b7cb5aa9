import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import { answerInTurn } from '../reads/answer.ts'
import { orderOf } from '../reads/order.ts'
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
    app.post(`/house/metrics/${kind}/keys`, (request, reply) =>
      answerInTurn(context, request, reply, async (work) => {
        const body = parse(keysBody, request.body)
        const after = body.cursor || ''
        const found = new Set<string>()
        for (const id of body.experiments)
          for (const key of storage.lastSteps(runFor(request, id).cuid)[kind].keys()) {
            if (key > after) found.add(key)
            if (work.due) await work.pause()
          }
        const keys = [...found]
        const order = await orderOf(keys.length, (a, b) => (keys[a]! < keys[b]! ? -1 : 1), work)
        const limit = Math.min(10_000, Math.max(1, Math.trunc(body.limit ?? 2_000)))
        const shown = Array.from(order.subarray(0, limit), (at) => keys[at]!)
        const hasMore = keys.length > limit
        return { keys: shown, hasMore, nextCursor: hasMore ? shown.at(-1) : '' }
      }),
    )

  for (const kind of ['scalar', 'media'] as const)
    app.post(`/house/metrics/${kind}/availability`, (request, reply) =>
      answerInTurn(context, request, reply, async (work) => {
        const body = parse(availabilityBody, request.body)
        const owned = body.experiments.map((id) => ({ id, steps: storage.lastSteps(runFor(request, id).cuid)[kind] }))
        const having: [string, string[]][] = []
        for (const key of body.keys) {
          having.push([key, owned.filter(({ steps }) => steps.has(key)).map(({ id }) => id)])
          if (work.due) await work.pause()
        }
        return Object.fromEntries(having)
      }),
    )

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
