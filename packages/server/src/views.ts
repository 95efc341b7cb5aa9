import { iso, type Context } from './context.ts'
import type { StoredProject, StoredRun } from './storage/interfaces.ts'

/** A run that has beaten once, and not for this long, is gone; in milliseconds. */
const GONE = 20 * 60_000

/** A project as clients read it. */
export function projectView({ storage }: Pick<Context, 'storage'>, project: StoredProject): object {
  const { cuid, workspace, name, visibility, description, createdAt, updatedAt } = project
  return {
    cuid,
    name,
    path: `${workspace}/${name}`,
    username: workspace,
    visibility,
    description,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    group: { type: 'PERSON', username: workspace, name: workspace },
    projectLabels: [],
    _count: { experiments: storage.runs(project).length, contributors: 1, collaborators: 0, clones: 0 },
    version: 1,
  }
}

/** As clients read it. */
export function stateOf({ state, heartbeatAt }: StoredRun, now: number): string {
  const gone = state === 'RUNNING' && heartbeatAt !== undefined && now - heartbeatAt > GONE
  return gone ? 'OFFLINE' : state
}

/** A run as clients read it. Where it has no profile, they ask for the run alone. */
export function runView(run: StoredRun, now: number, withProfile = true): object {
  const { profile } = run
  return {
    cuid: run.cuid,
    slug: run.slug,
    name: run.name,
    type: 'CHAPTER',
    description: run.description,
    labels: run.labels.map((name) => ({ name })),
    colors: run.colors,
    profile: withProfile
      ? {
          config: profile.config ?? {},
          metadata: profile.metadata ?? {},
          requirements: profile.requirements ?? '',
          conda: profile.conda ?? '',
        }
      : undefined,
    show: true,
    state: stateOf(run, now),
    cluster: run.cluster ?? '',
    job: run.job ?? '',
    user: { username: run.workspace, name: run.workspace },
    createdAt: iso(run.createdAt),
    finishedAt: run.finishedAt === undefined ? null : iso(run.finishedAt),
  }
}

/**
 * One page of a list, as clients ask for it.
 *
 * @param view - An item as clients read it. Default: as it is.
 */
export function page<T>(list: readonly T[], query: unknown, view: (item: T) => unknown = (item) => item): object {
  const { page: number = 1, size = 20 } = query as { page?: unknown; size?: unknown }
  const length = Math.min(100, Math.max(1, Math.trunc(Number(size)) || 20))
  const at = Math.max(1, Math.trunc(Number(number)) || 1)
  return {
    list: list.slice((at - 1) * length, at * length).map((item) => view(item)),
    size: length,
    pages: Math.max(1, Math.ceil(list.length / length)),
    total: list.length,
  }
}
