import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import type { MediaPoint } from '../storage/interfaces.ts'
import { columnRefs } from './series-points.ts'

const MAX_LINES = 1_000
const mediaBody = z.object({ columns: columnRefs, step: z.number().nullish() })

/** What runs logged that is not a number, read back: terminal and media. */
export function readMediaRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.get('/house/metrics/log', async (request) => {
    const { experimentId = '', size, epoch, level } = request.query as Record<string, string>
    const lines = await storage.lines(runByCuid(context, request, experimentId, 'read').cuid)
    const wanted = lines.filter((line) => !level || level === 'INFO' || line.level === level)
    const from = Math.max(0, Math.trunc(Number(epoch)) || 0)
    const most = Math.min(MAX_LINES, Math.max(1, Math.trunc(Number(size)) || MAX_LINES))
    const shown = wanted.filter((line) => line.epoch > from).slice(0, most)
    return {
      logs: shown.map(({ time, ...line }) => ({ ...line, timestamp: new Date(time).toISOString() })),
      count: lines.length,
    }
  })

  app.post('/house/metrics/media', async (request) => {
    const { columns, step } = parse(mediaBody, request.body)
    const found = await mediaOf(request, columns)
    const all = new Set(found.flatMap(({ points }) => points.map(({ index }) => index)))
    const steps = [...all].toSorted((a, b) => a - b)
    const shown = step ?? steps.at(-1) ?? 0
    const metrics = found.flatMap(({ key, points }) => {
      const point = points.find(({ index }) => index === shown)
      return point ? [{ key, data: point.data, more: point.more ?? [] }] : []
    })
    return { steps, step: shown, metrics }
  })

  app.post('/house/metrics/f_media', async (request) => {
    const found = await mediaOf(request, parse(mediaBody, request.body).columns)
    return found.map(({ key, points }) => {
      return { key, metrics: points.map(({ index, data, more }) => ({ index, data, more: more ?? null })) }
    })
  })

  async function mediaOf(
    request: FastifyRequest,
    columns: z.infer<typeof columnRefs>,
  ): Promise<{ key: string; points: readonly MediaPoint[] }[]> {
    const found = []
    for (const { experimentId, key } of columns) {
      const { cuid } = runByCuid(context, request, experimentId, 'read')
      found.push({ key, points: (await storage.media(cuid, new Set([key]))).get(key) ?? [] })
    }
    return found
  }
}
