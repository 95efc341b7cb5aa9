import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import { lttb } from '../lttb.ts'
import { statisticsOf, wireNumber } from '../statistics.ts'
import type { ScalarPoint, StoredRun } from '../storage/interfaces.ts'
import { page } from '../views.ts'
import { columnRefs, pointsOf } from './series-points.ts'

const MAX_POINTS = 1_500

const scalarBody = z.object({
  xType: z.enum(['step', 'time', 'timestamp', 'relative_time']).nullish(),
  xKey: z.string().nullish(),
  columns: columnRefs,
  num: z.number().nullish(),
})
const experiment = z.object({ experimentId: z.string() })
const experiments = z.array(experiment).max(200)

/** The numbers that runs logged, read back. */
export function readMetricRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  const runFor = (request: FastifyRequest, id: string): StoredRun => runByCuid(context, request, id, 'read')
  app.post('/house/metrics/scalar', async (request) => {
    const { columns, num, xType, xKey } = parse(scalarBody, request.body)
    const most = Math.min(MAX_POINTS, Math.max(3, Math.trunc(num ?? MAX_POINTS)))
    const axes = xKey ? columns.map(({ experimentId }) => ({ experimentId, key: xKey })) : []
    const points = await pointsOf(context, request, [...columns, ...axes])
    return columns.map(({ experimentId, key }) => {
      const line = points(experimentId, key)
      const axis = xKey ? axisOfKey(points(experimentId, xKey)) : axisOf(xType, line)
      const placed = line.flatMap((point) => {
        const index = axis(point)
        return index === undefined ? [] : [{ index, data: point.data, timestamp: point.time }]
      })
      const shown = lttb(
        placed,
        most,
        ({ index }) => index,
        ({ data }) => data,
      )
      return { key, metrics: shown.map((one) => ({ ...one, data: wireNumber(one.data) })) }
    })
  })

  app.post('/house/metrics/scalar/value', async (request) => {
    const { columns, xType } = parse(scalarBody, request.body)
    const values = []
    const pointsAt = await pointsOf(context, request, columns)
    for (const { experimentId, key } of columns) {
      const points = pointsAt(experimentId, key)
      if (points.length === 0) continue
      const found = statisticsOf(points, xType === 'timestamp' ? ({ time }) => time : ({ index }) => index)
      const wire = (one: { index: number; data: number } | undefined): object =>
        one ? { index: one.index, data: wireNumber(one.data) } : { index: found.latest.index, data: 'NaN' }
      const { avg = Number.NaN, median = Number.NaN } = found
      values.push({
        key,
        min: wire(found.min),
        max: wire(found.max),
        avg: { data: wireNumber(avg) },
        median: { data: wireNumber(median) },
        latest: wire(found.latest),
      })
    }
    return values
  })

  app.post('/house/metrics/summaries', async (request) => {
    const { list, keys } = Array.isArray(request.body)
      ? { list: parse(experiments, request.body), keys: undefined }
      : parse(
          z
            .object({ experiments, keys: z.array(z.string()).nullish() })
            .transform((body) => ({ list: body.experiments, keys: body.keys ?? undefined })),
          request.body,
        )
    const summaries: Record<string, object> = {}
    for (const { experimentId } of list) {
      const { cuid } = runFor(request, experimentId)
      const points = await storage.scalars(cuid, keys && new Set(keys))
      summaries[experimentId] = Object.fromEntries(Array.from(points, ([key, series]) => [key, summaryOf(series)]))
    }
    return summaries
  })

  for (const kind of ['scalar', 'media'] as const)
    app.post(`/house/metrics/${kind}/keys`, async (request) => {
      const body = parse(
        z.object({ experiments, limit: z.number().nullish(), cursor: z.string().nullish() }),
        request.body,
      )
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
      const body = parse(z.object({ experiments, keys: z.array(z.string()).max(1_000) }), request.body)
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
    const known = ['FLOAT', 'IMAGE', 'AUDIO', 'TEXT', 'OBJECT3D', 'MOLECULE', 'ECHARTS']
    const list = storage
      .columns(cuid)
      // A type that the oldest clients do not know ends them, and so does a column without data.
      .filter(
        ({ key, type }) => (scalar.has(key) || media.has(key)) && known.includes(type === 'SYSTEM' ? 'FLOAT' : type),
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

/** Where a point lies on an axis; absent: nowhere. */
type Axis = (point: ScalarPoint) => number | undefined

function axisOf(xType: string | null | undefined, points: readonly ScalarPoint[]): Axis {
  if (xType === 'time' || xType === 'timestamp') return ({ time }) => time
  const start = points.reduce((least, { time }) => Math.min(least, time), Infinity)
  return xType === 'relative_time' ? ({ time }) => (time - start) / 1000 : ({ index }) => index
}

function axisOfKey(points: readonly ScalarPoint[]): Axis {
  const places = new Map(points.map(({ index, data }) => [index, data]))
  return ({ index }) => {
    const place = places.get(index)
    return Number.isFinite(place) ? place : undefined
  }
}

function summaryOf(points: readonly ScalarPoint[]): object {
  const { latest, min, max, avg, median, stdDev } = statisticsOf(points, ({ index }) => index)
  const wire = (value: number | undefined): number | string | null => (value === undefined ? null : wireNumber(value))
  const place = (one: { index: number; data: number } | undefined): object =>
    one ? { index: one.index, data: wireNumber(one.data) } : { index: latest.index, data: 'NaN' }
  return {
    step: latest.index,
    value: wireNumber(latest.data),
    min: place(min),
    max: place(max),
    avg: wire(avg),
    median: wire(median),
    stdDev: wire(stdDev),
    minMax: [wire(min?.data), wire(max?.data)],
  }
}
