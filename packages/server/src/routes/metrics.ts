import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, userOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import type { LogLine, MediaPoint, ScalarPoint } from '../storage/interfaces.ts'

const MAX_STEP = 2 ** 48
const MAX_KEY = 1_024
const MAX_MESSAGE = 64 * 1024
/** Least pause between two reports of skipped items, in milliseconds. */
const TELL_EVERY = 10_000
const NON_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  infinity: Infinity,
  '-inf': -Infinity,
  '-infinity': -Infinity,
}

const envelope = z.object({
  projectId: z.string().nullish(),
  experimentId: z.string(),
  type: z.enum(['scalar', 'media', 'log']),
  metrics: z.array(z.unknown()),
})
const column = z.object({
  key: z.string().min(1).max(MAX_KEY),
  type: z.string().max(32),
  class: z.enum(['CUSTOM', 'SYSTEM']).nullish(),
  name: z.string().max(MAX_KEY).nullish(),
  sectionName: z.string().max(MAX_KEY).nullish(),
})

/** What runs log. A bad item is skipped and reported, never refused: clients would send it for ever, or drop its batch. */
export function metricRoutes(app: FastifyInstance, context: Context): void {
  const { storage, report, clock } = context
  let skipped = 0
  let told = -Infinity
  const skip = (count: number): void => {
    skipped += count
    if (skipped === 0 || clock() - told < TELL_EVERY) return
    report('warn', `${skipped} malformed items were skipped`)
    skipped = 0
    told = clock()
  }

  app.post('/house/metrics', async (request) => {
    const user = userOf(context, request)
    const { experimentId, type, metrics } = parse(envelope, request.body)
    // A run that is gone takes everything and keeps nothing, or its clients would never rest.
    const run = storage.runByCuid(experimentId)
    if (!run) return {}
    if (run.workspace !== user) throw new ApiError(403, 'Forbidden', 'this run belongs to somebody else')
    const now = clock()
    const read = type === 'scalar' ? scalarOf : type === 'media' ? mediaOf : lineOf
    const items = metrics.map((item) => read(item as Item, now)).filter((item) => item !== undefined)
    skip(metrics.length - items.length)
    if (items.length === 0) return {}
    if (type === 'scalar') await storage.appendScalars(experimentId, items as ScalarPoint[])
    else if (type === 'media') await storage.appendMedia(experimentId, items as MediaPoint[])
    else await storage.appendLines(experimentId, items as LogLine[])
    return {}
  })

  app.post('/experiment/:id/columns', async (request, reply) => {
    const { id } = request.params as { id: string }
    userOf(context, request)
    if (!storage.runByCuid(id)) throw new ApiError(404, 'Disabled_Resource', 'the run has been deleted')
    const { cuid } = runByCuid(context, request, id, 'write')
    const items = parse(z.array(z.unknown()).max(100_000), request.body)
    const columns = items.flatMap((item) => {
      const { data } = column.safeParse(item)
      if (!data) return []
      const { key, type, name, sectionName } = data
      return [
        {
          key,
          type,
          class: data.class ?? 'CUSTOM',
          ...(name && { name }),
          ...(sectionName && { sectionName }),
        } as const,
      ]
    })
    skip(items.length - columns.length)
    await storage.defineColumns(cuid, columns)
    return reply.status(201).send({})
  })

  app.get('/house/metrics/summaries/:project/:id', async (request) => {
    const { cuid } = runByCuid(context, request, (request.params as { id: string }).id, 'read')
    const { scalar, media, line } = storage.lastSteps(cuid)
    const list = (steps: ReadonlyMap<string, number>): object[] => Array.from(steps, ([key, step]) => ({ key, step }))
    // The oldest clients take the first of "log" without looking: it is there with something in it, or not at all.
    return { scalar: list(scalar), media: list(media), ...(line > 0 && { log: [{ key: 'LOG', step: line }] }) }
  })
}

type Item = Readonly<Record<string, unknown>> | null

/** By hand and not by schema: this is the hot path, and what it does not know it skips. */
function scalarOf(item: Item, now: number): ScalarPoint | undefined {
  if (!isKey(item?.['key']) || !isStep(item['index'])) return undefined
  const { data } = item
  const value = typeof data === 'number' ? data : typeof data === 'string' ? NON_FINITE[data.toLowerCase()] : undefined
  return value === undefined
    ? undefined
    : { key: item['key'], index: item['index'], data: value, time: timeOf(item['create_time'], now) }
}

function mediaOf(item: Item, now: number): MediaPoint | undefined {
  if (!isKey(item?.['key']) || !isStep(item['index'])) return undefined
  const { data, more } = item
  if (!Array.isArray(data) || !data.every((one) => typeof one === 'string')) return undefined
  const said = Array.isArray(more) && more.length > 0 ? (more as MediaPoint['more']) : undefined
  return { key: item['key'], index: item['index'], data, more: said, time: timeOf(item['create_time'], now) }
}

function lineOf(item: Item, now: number): LogLine | undefined {
  const { epoch, message, level } = item ?? {}
  if (!isStep(epoch) || typeof message !== 'string') return undefined
  const known = level === 'WARN' || level === 'ERROR' ? level : 'INFO'
  return { epoch, level: known, message: message.slice(0, MAX_MESSAGE), time: timeOf(item?.['create_time'], now) }
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY && value !== '__proto__'
}

function isStep(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_STEP
}

/** Points of one `log()` carry the same text. */
let lastText = ''
let lastTime = 0

function timeOf(text: unknown, now: number): number {
  if (typeof text !== 'string') return now
  if (text === lastText) return lastTime
  const time = Date.parse(text)
  if (Number.isNaN(time)) return now
  lastText = text
  lastTime = time
  return time
}
