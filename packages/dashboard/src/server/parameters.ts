import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { LIMITS } from '../protocol/limits.ts'
import type { SeriesQuery } from '../protocol/series.ts'
import { FRAME_TYPES, type FrameType } from './media-file.ts'
import { PageError } from './page-error.ts'

const key = z.string().min(1).max(10_000)
const run = z.string().min(1).max(100)
const finite = z.number()
const log = z.boolean().optional()

const smoothing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ema'), weight: z.number().min(0).lt(1), log }),
  z.object({ kind: z.literal('time-ema'), weight: z.number().min(0).lt(1), log }),
  z.object({ kind: z.literal('window'), size: z.number().int().min(1).max(100_000), log }),
])

const query = z.object({
  id: z.string().max(200),
  runs: z.array(run).max(LIMITS.seriesOfAnswer),
  key,
  x: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['step', 'relative', 'wall']) }),
    z.object({ kind: z.literal('metric'), key }),
  ]),
  from: finite.optional(),
  to: finite.optional(),
  width: z.number().int().min(1).max(LIMITS.buckets),
  smoothing: smoothing.optional(),
  grouping: z
    .object({
      groups: z
        .array(z.object({ name: z.string().max(1_000), runs: z.array(run).max(LIMITS.seriesOfAnswer) }))
        .max(LIMITS.seriesOfAnswer),
      line: z.enum(['mean', 'median']),
      band: z.enum(['min-max', 'std', 'stderr']),
    })
    .optional(),
  logX: z.boolean().optional(),
})

const request = z.object({ queries: z.array(query).min(1).max(LIMITS.seriesOfAnswer) })

const frame = z.object({ path: z.string().min(1).max(2_000), type: z.enum(FRAME_TYPES) })

/** @throws PageError 400 that names what is wrong. */
export function checkFrame(body: unknown): { readonly path: string; readonly type: FrameType } {
  return checked(frame, body)
}

function checked<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const result = shape.safeParse(body)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw new PageError(400, `${path.join('.') || 'The request'}: ${message}`)
}

/** @throws PageError 400 that names what is wrong. */
export function checkSeries(body: unknown): readonly SeriesQuery[] {
  const { queries } = checked(request, body)
  const lines = queries.reduce((sum, { runs, grouping }) => sum + runs.length + (grouping?.groups.length ?? 0), 0)
  if (lines > LIMITS.seriesOfAnswer)
    throw new PageError(
      413,
      `These are ${lines} lines, and at most ${LIMITS.seriesOfAnswer} come in one answer: ask for fewer charts or runs.`,
    )
  const backwards = queries.find(({ from, to }) => from !== undefined && to !== undefined && from > to)
  if (backwards) throw new PageError(400, `${backwards.id}: the view ends before it begins.`)
  return queries
}

/** A whole number from 0 in the query of an address. @throws PageError 400 */
export function countOf({ query: all }: FastifyRequest, name: string, otherwise: number): number {
  const given = (all as Record<string, unknown>)[name]
  if (given === undefined) return otherwise
  const count = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
  if (Number.isNaN(count)) throw new PageError(400, `${name}: takes a whole number from 0.`)
  return count
}

/** @throws PageError 400 */
export function textOf({ query: all }: FastifyRequest, name: string): string {
  const given = (all as Record<string, unknown>)[name]
  if (typeof given !== 'string' || given === '' || given.length > 10_000)
    throw new PageError(400, `${name}: takes text of 1 to 10,000 characters.`)
  return given
}
