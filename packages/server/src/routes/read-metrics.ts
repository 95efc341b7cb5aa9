import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, runByCuid, type Context } from '../context.ts'
import { lttb } from '../lttb.ts'
import { answerInTurn } from '../reads/answer.ts'
import type { Series } from '../reads/series.ts'
import type { Work } from '../reads/work.ts'
import { statisticsOf, wireNumber, type Place } from '../statistics.ts'
import { columnRefs, experiments, seriesOf } from './series-points.ts'

const MAX_POINTS = 1_500
const MAX_KEYS = 10_000
/** Points between two looks at the clock. */
const STRIDE = 1_024

const scalarBody = z.object({
  xType: z.enum(['step', 'time', 'timestamp', 'relative_time']).nullish(),
  xKey: z.string().nullish(),
  columns: columnRefs,
  num: z.number().nullish(),
})
const keys = z.array(z.string()).max(MAX_KEYS).nullish()
/** A list of runs from the oldest clients, an object from newer ones. */
const summariesBody = z.union([
  experiments.transform((list) => ({ experiments: list, keys: undefined })),
  z.object({ experiments, keys }),
])

/** The numbers that runs logged, read back. */
export function readMetricRoutes(app: FastifyInstance, context: Context): void {
  const { storage } = context

  app.post('/house/metrics/scalar', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const { columns, num, xType, xKey } = parse(scalarBody, request.body)
      const most = Math.min(MAX_POINTS, Math.max(3, Math.trunc(num ?? MAX_POINTS)))
      const axes = xKey ? columns.map(({ experimentId }) => ({ experimentId, key: xKey })) : []
      const series = await seriesOf(context, request, [...columns, ...axes], work)
      const lines = []
      for (const { experimentId, key } of columns) {
        const line = series(experimentId, key)
        const placed = xKey
          ? await onAxis(line, series(experimentId, xKey), work)
          : { xs: await axisOf(xType, line, work), values: line.values, times: line.times }
        lines.push({ key, metrics: await shown(placed, most, work) })
      }
      return lines
    }),
  )

  app.post('/house/metrics/scalar/value', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const { columns, xType } = parse(scalarBody, request.body)
      const series = await seriesOf(context, request, columns, work)
      const values = []
      for (const { experimentId, key } of columns) {
        const line = series(experimentId, key)
        if (line.length > 0)
          values.push({ key, ...(await valuesOf(line, xType === 'timestamp' ? line.times : line.steps, work)) })
      }
      return values
    }),
  )

  app.post('/house/metrics/summaries', (request, reply) =>
    answerInTurn(context, request, reply, async (work) => {
      const wanted = parse(summariesBody, request.body)
      const summaries: Record<string, object> = {}
      for (const id of wanted.experiments) {
        const { cuid } = runByCuid(context, request, id, 'read')
        const found = await storage.scalars(cuid, wanted.keys ? new Set(wanted.keys) : undefined, work)
        const summary: [string, object][] = []
        for (const [key, series] of found) {
          work.hold(SUMMARY)
          summary.push([key, await summaryOf(series, work)])
          if (work.due) await work.pause()
        }
        summaries[id] = Object.fromEntries(summary)
      }
      return summaries
    }),
  )
}

/** What one summary takes in memory, in bytes. */
const SUMMARY = 1_000

/** Points on an axis. */
interface Placed {
  readonly xs: Float64Array
  readonly values: Float64Array
  readonly times: Float64Array
}

/** The points, thinned out. */
async function shown({ xs, values, times }: Placed, most: number, work: Work): Promise<object[]> {
  const places = await lttb(xs, values, most, work)
  return places.map((at) => ({ index: xs[at]!, data: wireNumber(values[at]!), timestamp: times[at]! }))
}

async function axisOf(xType: string | null | undefined, { steps, times }: Series, work: Work): Promise<Float64Array> {
  if (xType === 'time' || xType === 'timestamp') return times
  if (xType !== 'relative_time') return steps
  work.hold(times.byteLength)
  let start = Infinity
  for (let at = 0; at < times.length; at++) {
    start = Math.min(start, times[at]!)
    if (at % STRIDE === 0 && work.due) await work.pause()
  }
  const seconds = new Float64Array(times.length)
  for (let at = 0; at < times.length; at++) {
    seconds[at] = (times[at]! - start) / 1000
    if (at % STRIDE === 0 && work.due) await work.pause()
  }
  return seconds
}

/** The points whose steps have a value on the axis too; without that they are nowhere. */
async function onAxis(line: Series, axis: Series, work: Work): Promise<Placed> {
  work.hold(3 * line.steps.byteLength)
  const [xs, values, times] = [line.steps, line.values, line.times].map(({ length }) => new Float64Array(length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let [count, place] = [0, 0]
  for (let at = 0; at < line.length; at++) {
    if (at % STRIDE === 0 && work.due) await work.pause()
    while (axis.steps[place]! < line.steps[at]!) if (++place % STRIDE === 0 && work.due) await work.pause()
    const x = axis.steps[place] === line.steps[at] ? axis.values[place]! : Number.NaN
    if (!Number.isFinite(x)) continue
    xs[count] = x
    values[count] = line.values[at]!
    times[count++] = line.times[at]!
  }
  return { xs: xs.subarray(0, count), values: values.subarray(0, count), times: times.subarray(0, count) }
}

async function valuesOf(series: Series, axis: Float64Array, work: Work): Promise<object> {
  const { min, max, latest, avg = Number.NaN, median = Number.NaN } = await statisticsOf(series, work)
  return {
    min: placeOf(min, latest, axis),
    max: placeOf(max, latest, axis),
    avg: { data: wireNumber(avg) },
    median: { data: wireNumber(median) },
    latest: placeOf(latest, latest, axis),
  }
}

/** Where something is; of what is nowhere, the last place. */
function placeOf(one: Place | undefined, latest: Place, axis: Float64Array): object {
  return one ? { index: axis[one.at]!, data: wireNumber(one.data) } : { index: axis[latest.at]!, data: 'NaN' }
}

async function summaryOf(series: Series, work: Work): Promise<object> {
  const { latest, min, max, avg, median, stdDev } = await statisticsOf(series, work)
  const wire = (value: number | undefined): number | string | null => (value === undefined ? null : wireNumber(value))
  return {
    step: series.steps[latest.at]!,
    value: wireNumber(latest.data),
    min: placeOf(min, latest, series.steps),
    max: placeOf(max, latest, series.steps),
    avg: wire(avg),
    median: wire(median),
    stdDev: wire(stdDev),
    minMax: [wire(min?.data), wire(max?.data)],
  }
}
