import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { COLUMNS } from '../bodies/limits.ts'
import { inPieces, items } from '../bodies/pieces.ts'
import { parse, projectOf, runByCuid, userOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import type { ColumnDefinition, SeriesDefinition } from '../storage/interfaces.ts'
import { throttledReport } from '../throttled-report.ts'

const MAX_KEY = 1_024
const column = z.object({
  key: z.string().min(1).max(MAX_KEY),
  type: z.string().max(32),
  class: z.enum(['CUSTOM', 'SYSTEM']).nullish(),
  name: z.string().max(MAX_KEY).nullish(),
  sectionName: z.string().max(MAX_KEY).nullish(),
})

const seriesBody = z.object({ series: items })
const seriesItem = z.object({
  key: z.string().min(1).max(MAX_KEY),
  type: z.string().max(32),
  sectionName: z.string().max(MAX_KEY).nullish(),
  xAxis: z.string().max(MAX_KEY).nullish(),
  hidden: z.boolean().nullish(),
})

/** Columns that clients declare: of a run, and of all runs of a project. A bad one is skipped and reported. */
export function columnRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context
  const skip = throttledReport(context, (count) => `${count} malformed columns were skipped`)

  app.post('/experiment/:id/columns', { bodyLimit: COLUMNS, config: { pieces: true } }, async (request, reply) => {
    const { id } = request.params as { id: string }
    userOf(context, request)
    if (!storage.runByCuid(id)) throw new ApiError(404, 'Disabled_Resource', 'the run has been deleted')
    const { cuid } = runByCuid(context, request, id, 'write')
    for await (const some of inPieces(parse(items, request.body))) {
      const columns = some.map(columnOf).filter((one) => one !== undefined)
      skip(some.length - columns.length)
      await storage.defineColumns(cuid, columns)
    }
    return reply.status(201).send({})
  })

  app.post(
    '/projects/:workspace/:project/series',
    { bodyLimit: COLUMNS, config: { pieces: true } },
    async (request) => {
      const project = projectOf(context, request, 'write')
      const { series } = parse(seriesBody, request.body)
      for await (const some of inPieces(series)) {
        const definitions = some.map(seriesOf).filter((one) => one !== undefined)
        skip(some.length - definitions.length)
        await storage.defineSeries(project, definitions)
      }
      return {}
    },
  )
}

function columnOf(item: unknown): Omit<ColumnDefinition, 'createdAt'> | undefined {
  const { data } = column.safeParse(item)
  if (!data) return undefined
  const { key, type, name, sectionName } = data
  return { key, type, class: data.class ?? 'CUSTOM', ...(name && { name }), ...(sectionName && { sectionName }) }
}

function seriesOf(item: unknown): SeriesDefinition | undefined {
  const { data } = seriesItem.safeParse(item)
  if (!data) return undefined
  const { key, type, sectionName, xAxis, hidden } = data
  return { key, type, ...(sectionName && { sectionName }), ...(xAxis && { xAxis }), ...(hidden && { hidden }) }
}
