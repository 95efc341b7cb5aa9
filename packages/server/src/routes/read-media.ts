import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import { answerInTurn } from '../reads/answer.ts'
import type { Work } from '../reads/work.ts'
import type { MediaPoint } from '../storage/interfaces.ts'
import { columnRefs, keysByRun, type ColumnRef } from './series-points.ts'

const MAX_LINES = 1_000
const mediaBody = z.object({ columns: columnRefs, step: z.number().nullish() })

/** What runs logged that is not a number, read back: terminal and media. */
export function readMediaRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.get('/house/metrics/log', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const { experimentId = '', size, epoch, level } = request.query as Record<string, string>
      const { cuid } = runByCuid(context, request, experimentId, 'read')
      const wanted = {
        after: Math.max(0, Math.trunc(Number(epoch)) || 0),
        most: Math.min(MAX_LINES, Math.max(1, Math.trunc(Number(size)) || MAX_LINES)),
        // The least level means all of them.
        level: level === 'WARN' || level === 'ERROR' ? level : undefined,
      } as const
      const lines = await storage.lines(cuid, wanted, work)
      return {
        logs: lines.map(({ time, ...line }) => ({ ...line, timestamp: new Date(time).toISOString() })),
        // Clients number lines without gaps.
        count: storage.lastSteps(cuid).line,
      }
    }),
  )

  app.post('/house/metrics/media', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const { columns, step } = parse(mediaBody, request.body)
      const found = await mediaOf(request, columns, work)
      const all = new Set<number>()
      for (const { points } of found)
        for (const { index } of points) {
          all.add(index)
          if (work.due) await work.pause()
        }
      const steps = Float64Array.from(all).toSorted()
      const shown = step ?? steps.at(-1) ?? 0
      const metrics = found.flatMap(({ key, points }) => {
        const point = points.find(({ index }) => index === shown)
        return point ? [{ key, data: point.data, more: point.more ?? [] }] : []
      })
      return { steps: [...steps], step: shown, metrics }
    }),
  )

  app.post('/house/metrics/f_media', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const found = await mediaOf(request, parse(mediaBody, request.body).columns, work)
      return found.map(({ key, points }) => {
        const metrics = points.map(({ index, data, more }) => () => ({ index, data, more: more ?? null }))
        return { key, metrics }
      })
    }),
  )

  async function mediaOf(
    request: FastifyRequest,
    columns: readonly ColumnRef[],
    work: Work,
  ): Promise<{ key: string; points: readonly MediaPoint[] }[]> {
    const found = new Map<string, ReadonlyMap<string, readonly MediaPoint[]>>()
    for (const [cuid, keys] of keysByRun(context, request, columns))
      found.set(cuid, await storage.media(cuid, keys, work))
    return columns.map(({ experimentId, key }) => ({ key, points: found.get(experimentId)?.get(key) ?? [] }))
  }
}
