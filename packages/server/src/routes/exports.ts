import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isSigned, parse, runByCuid, sign, userOf, type Context } from '../context.ts'
import { writeCsv, type CsvColumn } from '../csv.ts'
import { ApiError } from '../errors.ts'
import { EXPORT_TIME, ExportCache } from '../export-cache.ts'
import { answerInTurn } from '../reads/answer.ts'
import { Sheet } from '../reads/sheet.ts'
import type { Work } from '../reads/work.ts'
import { columnRefs, seriesOf, type ColumnRef } from './series-points.ts'

/** Numbers as tables, fetched without a session. */
export function exportRoutes(app: FastifyInstance, context: Context): void {
  const cache = new ExportCache()
  const addressOf = (request: FastifyRequest, key: string): string => {
    const expires = context.clock() + EXPORT_TIME
    const signature = sign(context, `export ${key}`, expires)
    return `${context.publicUrl(request)}/exports/${encodeURIComponent(key)}?expires=${expires}&signature=${signature}`
  }

  app.get('/experiment/:id/column/csv', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const run = runByCuid(context, request, (request.params as { id: string }).id, 'read')
      const { key = '' } = request.query as { key?: string }
      const column = { experimentId: run.cuid, experimentName: run.name, key }
      return { url: addressOf(request, await makeTable(request, [column], work)) }
    }),
  )

  app.post('/house/metrics/scalar/export', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const { columns } = parse(z.object({ columns: columnRefs }), request.body)
      return { cosKey: await makeTable(request, columns, work) }
    }),
  )

  app.post('/files/presigned/get', async (request) => {
    userOf(context, request)
    const { paths } = parse(z.object({ paths: z.array(z.string()).max(100) }), request.body)
    return { urls: paths.map((key) => addressOf(request, key)) }
  })

  app.get('/exports/:key', { config: { open: true } }, async (request, reply) => {
    const { key } = request.params as { key: string }
    const { expires, signature = '' } = request.query as Record<string, string>
    const text = isSigned(context, `export ${key}`, Number(expires), signature) ? cache.get(key) : undefined
    if (text === undefined) throw new ApiError(404, 'Not_Found', 'no such export')
    return reply.type('text/csv; charset=utf-8').header('content-length', text.bytes).send(text.stream())
  })

  async function makeTable(request: FastifyRequest, columns: readonly ColumnRef[], work: Work): Promise<string> {
    const series = await seriesOf(context, request, columns, work)
    const list = columns.map(({ experimentId, experimentName, key }): CsvColumn => {
      return { name: experimentName ?? '', series: series(experimentId, key) }
    })
    const sheet = new Sheet(work)
    await writeCsv(list, sheet)
    return cache.put(userOf(context, request), sheet.end())
  }
}
