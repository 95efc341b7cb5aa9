import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, projectOf, runByCuid, userOf, type Context } from '../context.ts'
import { ApiError } from '../errors.ts'
import { tally } from '../tally.ts'

const MAX_KEY = 1_024
const MAX_ITEMS = 100_000
const column = z.object({
  key: z.string().min(1).max(MAX_KEY),
  type: z.string().max(32),
  class: z.enum(['CUSTOM', 'SYSTEM']).nullish(),
  name: z.string().max(MAX_KEY).nullish(),
  sectionName: z.string().max(MAX_KEY).nullish(),
})

const seriesBody = z.object({ series: z.array(z.unknown()).max(MAX_ITEMS) })
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
  const skip = tally(context, (count) => `${count} malformed columns were skipped`)

  app.post('/experiment/:id/columns', async (request, reply) => {
    const { id } = request.params as { id: string }
    userOf(context, request)
    if (!storage.runByCuid(id)) throw new ApiError(404, 'Disabled_Resource', 'the run has been deleted')
    const { cuid } = runByCuid(context, request, id, 'write')
    const items = parse(z.array(z.unknown()).max(MAX_ITEMS), request.body)
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

  app.post('/projects/:workspace/:project/series', async (request) => {
    const project = projectOf(context, request, 'write')
    const { series } = parse(seriesBody, request.body)
    const definitions = series.flatMap((item) => {
      const { data } = seriesItem.safeParse(item)
      if (!data) return []
      const { key, type, sectionName, xAxis, hidden } = data
      return [{ key, type, ...(sectionName && { sectionName }), ...(xAxis && { xAxis }), ...(hidden && { hidden }) }]
    })
    skip(series.length - definitions.length)
    await storage.defineSeries(project, definitions)
    return {}
  })
}
