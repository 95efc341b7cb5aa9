import type { FastifyRequest } from 'fastify'
import { z, type ZodType } from 'zod'
import { runByCuid, type Context } from '../context.ts'
import type { ScalarPoint } from '../storage/interfaces.ts'

/** One key of one run, as clients ask for it. */
export interface ColumnRef {
  readonly experimentId: string
  readonly key: string
  readonly experimentName?: string | null | undefined
}

const columnRef = z.object({
  experimentId: z.string(),
  key: z.string(),
  experimentName: z.string().nullish(),
})

export const columnRefs: ZodType<ColumnRef[]> = z.array(columnRef).max(64)

/** Runs as clients ask for them. */
export const experiments: ZodType<{ experimentId: string }[]> = z.array(z.object({ experimentId: z.string() })).max(200)

/** One pass over each run, however many of its keys are asked for. @throws ApiError */
export async function pointsOf(
  context: Context,
  request: FastifyRequest,
  columns: readonly { readonly experimentId: string; readonly key: string }[],
): Promise<(id: string, key: string) => readonly ScalarPoint[]> {
  const wanted = new Map<string, Set<string>>()
  for (const { experimentId, key } of columns)
    wanted.set(experimentId, (wanted.get(experimentId) ?? new Set()).add(key))
  const found = new Map<string, ReadonlyMap<string, readonly ScalarPoint[]>>()
  for (const [id, keys] of wanted)
    found.set(id, await context.storage.scalars(runByCuid(context, request, id, 'read').cuid, keys))
  return (id, key) => found.get(id)?.get(key) ?? []
}
