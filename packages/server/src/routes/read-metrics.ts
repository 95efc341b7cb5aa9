import { Readable } from 'node:stream'
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isSigned, parse, runByCuid, sign, userOf, type Context } from '../context.ts'
import { csvOf, type CsvColumn } from '../csv.ts'
import { ApiError } from '../errors.ts'
import { lttb } from '../lttb.ts'
import { statisticsOf, wireNumber } from '../statistics.ts'
import type { ScalarPoint, StoredRun } from '../storage/interfaces.ts'
import { page } from '../views.ts'

const MAX_POINTS = 1_500
const MAX_LINES = 1_000
/** Exports wait this long to be fetched, in milliseconds, … */
const EXPORT_TIME = 600_000
/** … and no more than this many of them. */
const MAX_EXPORTS = 100

const columnRef = z.object({ experimentId: z.string(), key: z.string(), experimentName: z.string().nullish() })
const scalarBody = z.object({
  xType: z.enum(['step', 'time', 'timestamp', 'relative_time']).nullish(),
  xKey: z.string().nullish(),
  columns: z.array(columnRef).max(64),
  num: z.number().nullish(),
})
const experiment = z.object({ experimentId: z.string() })
const experiments = z.array(experiment).max(200)
const mediaBody = z.object({ columns: z.array(columnRef).max(64), step: z.number().nullish() })

/** What runs logged, read back: lines, numbers, media and terminal. */
export function readMetricRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  const exports = new Map<string, string>()
  const runFor = (request: FastifyRequest, id: string): StoredRun => runByCuid(context, request, id, 'read')
  const pointsOf = async (request: FastifyRequest, id: string, key: string): Promise<readonly ScalarPoint[]> =>
    (await storage.scalars(runFor(request, id).cuid, new Set([key]))).get(key) ?? []

  app.post('/house/metrics/scalar', async (request) => {
    const { columns, num, xType, xKey } = parse(scalarBody, request.body)
    const most = Math.min(MAX_POINTS, Math.max(3, Math.trunc(num ?? MAX_POINTS)))
    const lines = []
    for (const { experimentId, key } of columns) {
      const points = await pointsOf(request, experimentId, key)
      const axis = await axisOf(request, experimentId, { xType, xKey, points })
      const placed = points.flatMap((point) => {
        const index = axis(point)
        return index === undefined ? [] : [{ index, data: point.data, timestamp: point.time }]
      })
      const shown = lttb(
        placed,
        most,
        ({ index }) => index,
        ({ data }) => data,
      )
      lines.push({ key, metrics: shown.map((one) => ({ ...one, data: wireNumber(one.data) })) })
    }
    return lines
  })

  /** Where a point lies on the axis; absent: nowhere. */
  async function axisOf(
    request: FastifyRequest,
    id: string,
    {
      xType,
      xKey,
      points,
    }: { xType?: string | null | undefined; xKey?: string | null | undefined; points: readonly ScalarPoint[] },
  ): Promise<(point: ScalarPoint) => number | undefined> {
    if (xKey) {
      const others = new Map((await pointsOf(request, id, xKey)).map(({ index, data }) => [index, data]))
      return ({ index }) => others.get(index)
    }
    if (xType === 'time' || xType === 'timestamp') return ({ time }) => time
    const start = points.reduce((least, { time }) => Math.min(least, time), Infinity)
    return xType === 'relative_time' ? ({ time }) => (time - start) / 1000 : ({ index }) => index
  }

  app.post('/house/metrics/scalar/value', async (request) => {
    const { columns, xType } = parse(scalarBody, request.body)
    const values = []
    for (const { experimentId, key } of columns) {
      const points = await pointsOf(request, experimentId, key)
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

  app.get('/house/metrics/log', async (request) => {
    const { experimentId = '', size, epoch, level } = request.query as Record<string, string>
    const lines = await storage.lines(runFor(request, experimentId).cuid)
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
    const found = []
    for (const { experimentId, key } of columns) {
      const points = (await storage.media(runFor(request, experimentId).cuid, new Set([key]))).get(key) ?? []
      found.push({ key, points })
    }
    const steps = [...new Set(found.flatMap(({ points }) => points.map(({ index }) => index)))].toSorted(
      (a, b) => a - b,
    )
    const shown = step ?? steps.at(-1) ?? 0
    const metrics = found.flatMap(({ key, points }) => {
      const point = points.find(({ index }) => index === shown)
      return point ? [{ key, data: point.data, more: point.more ?? [] }] : []
    })
    return { steps, step: shown, metrics }
  })

  const offer = (request: FastifyRequest, text: string): { cosKey: string; url: string } => {
    const cosKey = randomBytes(16).toString('hex')
    exports.set(cosKey, text)
    if (exports.size > MAX_EXPORTS) exports.delete(exports.keys().next().value!)
    setTimeout(() => exports.delete(cosKey), EXPORT_TIME).unref()
    const expires = context.clock() + EXPORT_TIME
    const signature = sign(context, `export ${cosKey}`, expires)
    return { cosKey, url: `${context.publicUrl(request)}/exports/${cosKey}?expires=${expires}&signature=${signature}` }
  }

  app.get('/experiment/:id/column/csv', async (request) => {
    const run = runFor(request, (request.params as { id: string }).id)
    const { key = '' } = request.query as { key?: string }
    return { url: offer(request, csvOf([{ name: run.name, key, points: await pointsOf(request, run.cuid, key) }])).url }
  })

  app.post('/house/metrics/scalar/export', async (request) => {
    const { columns } = parse(z.object({ columns: z.array(columnRef).max(64) }), request.body)
    const list: CsvColumn[] = []
    for (const { experimentId, experimentName, key } of columns)
      list.push({ name: experimentName ?? '', key, points: await pointsOf(request, experimentId, key) })
    return { cosKey: offer(request, csvOf(list)).cosKey }
  })

  app.post('/files/presigned/get', async (request) => {
    userOf(context, request)
    const { paths } = parse(z.object({ paths: z.array(z.string()).max(100) }), request.body)
    const expires = context.clock() + EXPORT_TIME
    return {
      urls: paths.map((key) => {
        const signature = sign(context, `export ${key}`, expires)
        return `${context.publicUrl(request)}/exports/${key}?expires=${expires}&signature=${signature}`
      }),
    }
  })

  app.get('/exports/:key', async (request, reply) => {
    const { key } = request.params as { key: string }
    const { expires, signature = '' } = request.query as Record<string, string>
    const text = isSigned(context, `export ${key}`, Number(expires), signature) ? exports.get(key) : undefined
    if (text === undefined) throw new ApiError(404, 'Not_Found', 'no such export')
    return reply.type('text/csv; charset=utf-8').send(Readable.from([text]))
  })
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
