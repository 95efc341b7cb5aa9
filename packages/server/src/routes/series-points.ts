import type { FastifyRequest } from 'fastify'
import { z, type ZodType } from 'zod'
import { runByCuid, type Context } from '../context.ts'
import { emptySeries, type Series } from '../reads/series.ts'
import type { Work } from '../reads/work.ts'

/** One key of one run, as clients ask for it. */
export interface ColumnRef {
  readonly experimentId: string
  readonly key: string
  readonly experimentName?: string | null | undefined
}

const columnRef = z.object({
  experimentId: z.string(),
  key: z.string(),
  experimentName: z.string().max(1_024).nullish(),
})

export const columnRefs: ZodType<ColumnRef[]> = z.array(columnRef).max(64)

/** Runs as clients ask for them; each counts once, however often it is named. */
export const experiments: ZodType<string[]> = z
  .array(z.object({ experimentId: z.string() }))
  .max(200)
  .transform((list) => [...new Set(list.map(({ experimentId }) => experimentId))])

/** Each run once, however many of its keys are asked for, and how often. @throws ApiError */
export function keysByRun(
  context: Context,
  request: FastifyRequest,
  columns: readonly Pick<ColumnRef, 'experimentId' | 'key'>[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>()
  for (const { experimentId, key } of columns) {
    const keys = wanted.get(experimentId)
    if (keys) keys.add(key)
    else wanted.set(runByCuid(context, request, experimentId, 'read').cuid, new Set([key]))
  }
  return wanted
}

/** One pass over each run. @throws ApiError */
export async function seriesOf(
  context: Context,
  request: FastifyRequest,
  columns: readonly Pick<ColumnRef, 'experimentId' | 'key'>[],
  work: Work,
): Promise<(id: string, key: string) => Series> {
  const found = new Map<string, ReadonlyMap<string, Series>>()
  for (const [cuid, keys] of keysByRun(context, request, columns))
    found.set(cuid, await context.storage.scalars(cuid, keys, work))
  return (id, key) => found.get(id)?.get(key) ?? emptySeries(key)
}
