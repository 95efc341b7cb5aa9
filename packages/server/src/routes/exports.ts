import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isSigned, parse, runByCuid, sign, userOf, type Context } from '../context.ts'
import { csvOf, type CsvColumn } from '../csv.ts'
import { ApiError } from '../errors.ts'
import { EXPORT_TIME, ExportShelf } from '../export-shelf.ts'
import { columnRefs, pointsOf } from './series-points.ts'

/** Numbers as tables, fetched without a session. */
export function exportRoutes(app: FastifyInstance, context: Context): void {
  const shelf = new ExportShelf()
  const addressOf = (request: FastifyRequest, key: string): string => {
    const expires = context.clock() + EXPORT_TIME
    const signature = sign(context, `export ${key}`, expires)
    return `${context.publicUrl(request)}/exports/${encodeURIComponent(key)}?expires=${expires}&signature=${signature}`
  }

  app.get('/experiment/:id/column/csv', async (request) => {
    const run = runByCuid(context, request, (request.params as { id: string }).id, 'read')
    const { key = '' } = request.query as { key?: string }
    const points = await pointsOf(context, request, [{ experimentId: run.cuid, key }])
    const text = csvOf([{ name: run.name, key, points: points(run.cuid, key) }])
    return { url: addressOf(request, shelf.put(text)) }
  })

  app.post('/house/metrics/scalar/export', async (request) => {
    const { columns } = parse(z.object({ columns: columnRefs }), request.body)
    const points = await pointsOf(context, request, columns)
    const list = columns.map(({ experimentId, experimentName, key }): CsvColumn => {
      return { name: experimentName ?? '', key, points: points(experimentId, key) }
    })
    return { cosKey: shelf.put(csvOf(list)) }
  })

  app.post('/files/presigned/get', async (request) => {
    userOf(context, request)
    const { paths } = parse(z.object({ paths: z.array(z.string()).max(100) }), request.body)
    return { urls: paths.map((key) => addressOf(request, key)) }
  })

  app.get('/exports/:key', { config: { open: true } }, async (request, reply) => {
    const { key } = request.params as { key: string }
    const { expires, signature = '' } = request.query as Record<string, string>
    const text = isSigned(context, `export ${key}`, Number(expires), signature) ? shelf.get(key) : undefined
    if (text === undefined) throw new ApiError(404, 'Not_Found', 'no such export')
    return reply.type('text/csv; charset=utf-8').send(Readable.from([text]))
  })
}
