import type { ResolvedOptions, World } from '@swanlab/core/internal'
import { resolveOptions as resolve } from '../../../../core/src/options/resolve.ts'
import type { Mode } from '../../modes.ts'
import { preset, whereAndHow } from '../../preset.ts'

/** What the options of this package's `init` come to. */
export async function resolveOptions(
  input: unknown,
  world: World,
): Promise<{ options: ResolvedOptions & { mode: Mode; logdir: string }; warnings: readonly string[] }> {
  const { options, extras, warnings } = await resolve(input, world, preset.extra)
  return { options: Object.freeze({ ...options, ...whereAndHow(extras, world.cwd) }), warnings }
}
