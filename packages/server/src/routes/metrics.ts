import { isTime } from '@swanlab/journal'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { METRICS } from '../bodies/limits.ts'
import { inPieces, items } from '../bodies/pieces.ts'
import { parse, runByCuid, userOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { isTooDeep } from '../json-depth.ts'
import { throttledReport } from '../throttled-report.ts'
import type { LogLine, MediaPoint, ScalarPoint } from '../storage/interfaces.ts'

const MAX_STEP = 2 ** 48
const MAX_KEY = 1_024
const MAX_MESSAGE = 64 * 1024
/** Characters of one point that is not a number: no line of a journal may become longer than readers take. */
const MAX_MEDIA = 4 * 1024 * 1024
/** Files of one point; clients take 108. */
const MAX_FILES = 1_000
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
  metrics: items,
})

/** What runs log. A bad item is skipped and reported, never refused: clients would send it for ever, or drop its batch. */
export function metricRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context
  const skip = throttledReport(context, (count) => `${count} malformed items were skipped`)

  app.post('/house/metrics', { bodyLimit: METRICS, config: { pieces: true } }, async (request) => {
    const user = userOf(context, request)
    const { experimentId, type, metrics } = parse(envelope, request.body)
    // A run that is gone takes everything and keeps nothing, or its clients would never rest.
    const run = storage.runByCuid(experimentId)
    if (!run) return {}
    if (run.workspace !== user) throw new ApiError(403, 'Forbidden', 'this run belongs to somebody else')
    const now = clock()
    const read = type === 'scalar' ? scalarOf : type === 'media' ? mediaOf : lineOf
    for await (const some of inPieces(metrics)) {
      const found = some.map((item) => read(item as Item, now)).filter((item) => item !== undefined)
      skip(some.length - found.length)
      if (found.length === 0) continue
      if (type === 'scalar') await storage.appendScalars(experimentId, found as ScalarPoint[])
      else if (type === 'media') await storage.appendMedia(experimentId, found as MediaPoint[])
      else await storage.appendLines(experimentId, found as LogLine[])
    }
    return {}
  })

  app.get('/house/metrics/summaries/:project/:id', async (request) => {
    const { cuid } = runByCuid(context, request, (request.params as { id: string }).id, 'read')
    const { scalar, media, line } = storage.lastSteps(cuid)
    const list = (steps: ReadonlyMap<string, number>): object[] => Array.from(steps, ([key, step]) => ({ key, step }))
    // The oldest clients take the first of "log" without looking: it is there with something in it, or not at all.
    return { scalar: list(scalar), media: list(media), ...(line > 0 && { log: [{ key: 'LOG', step: line }] }) }
  })
}

type Item = Readonly<Record<string, unknown>> | null | undefined

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
  if (!Array.isArray(data) || data.length > MAX_FILES || !data.every((one) => typeof one === 'string')) return undefined
  if (data.reduce((sum, { length }) => sum + length, 0) > MAX_MEDIA) return undefined
  const details = Array.isArray(more) && more.length > 0 ? (more as MediaPoint['more']) : undefined
  if (details && (isTooDeep(details) || JSON.stringify(details).length > MAX_MEDIA)) return undefined
  return { key: item['key'], index: item['index'], data, more: details, time: timeOf(item['create_time'], now) }
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
  if (!isTime(time)) return now
  lastText = text
  lastTime = time
  return time
}
