import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import { lttb } from '../lttb.ts'
import { statisticsOf, wireNumber } from '../statistics.ts'
import type { ScalarPoint } from '../storage/interfaces.ts'
import { columnRefs, experiments, pointsOf } from './series-points.ts'

const MAX_POINTS = 1_500

const scalarBody = z.object({
  xType: z.enum(['step', 'time', 'timestamp', 'relative_time']).nullish(),
  xKey: z.string().nullish(),
  columns: columnRefs,
  num: z.number().nullish(),
})

/** The numbers that runs logged, read back. */
export function readMetricRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.post('/house/metrics/scalar', async (request) => {
    const { columns, num, xType, xKey } = parse(scalarBody, request.body)
    const most = Math.min(MAX_POINTS, Math.max(3, Math.trunc(num ?? MAX_POINTS)))
    const axes = xKey ? columns.map(({ experimentId }) => ({ experimentId, key: xKey })) : []
    const points = await pointsOf(context, request, [...columns, ...axes])
    return columns.map(({ experimentId, key }) => {
      const line = points(experimentId, key)
      const axis = xKey ? axisOfKey(points(experimentId, xKey)) : axisOf(xType, line)
      return { key, metrics: shown(line, axis, most) }
    })
  })

  app.post('/house/metrics/scalar/value', async (request) => {
    const { columns, xType } = parse(scalarBody, request.body)
    const points = await pointsOf(context, request, columns)
    return columns.flatMap(({ experimentId, key }) => {
      const line = points(experimentId, key)
      return line.length === 0 ? [] : [{ key, ...valuesOf(line, xType === 'timestamp') }]
    })
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
      const { cuid } = runByCuid(context, request, experimentId, 'read')
      const points = await storage.scalars(cuid, keys && new Set(keys))
      summaries[experimentId] = Object.fromEntries(Array.from(points, ([key, series]) => [key, summaryOf(series)]))
    }
    return summaries
  })
}

/** The points on an axis, thinned out. */
function shown(points: readonly ScalarPoint[], axis: Axis, most: number): object[] {
  const placed = points.flatMap((point) => {
    const index = axis(point)
    return index === undefined ? [] : [{ index, data: point.data, timestamp: point.time }]
  })
  const kept = lttb(
    placed,
    most,
    ({ index }) => index,
    ({ data }) => data,
  )
  return kept.map((one) => ({ ...one, data: wireNumber(one.data) }))
}

function valuesOf(points: readonly ScalarPoint[], byTime: boolean): object {
  const found = statisticsOf(points, byTime ? ({ time }) => time : ({ index }) => index)
  const { min, max, latest, avg = Number.NaN, median = Number.NaN } = found
  return {
    min: placeOf(min, latest),
    max: placeOf(max, latest),
    avg: { data: wireNumber(avg) },
    median: { data: wireNumber(median) },
    latest: placeOf(latest, latest),
  }
}

interface Place {
  readonly index: number
  readonly data: number
}

/** Where something is; of what is nowhere, the last place. */
function placeOf(one: Place | undefined, latest: Place): object {
  return one ? { index: one.index, data: wireNumber(one.data) } : { index: latest.index, data: 'NaN' }
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
  return {
    step: latest.index,
    value: wireNumber(latest.data),
    min: placeOf(min, latest),
    max: placeOf(max, latest),
    avg: wire(avg),
    median: wire(median),
    stdDev: wire(stdDev),
    minMax: [wire(min?.data), wire(max?.data)],
  }
}
