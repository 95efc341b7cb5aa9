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

/** A run as clients read it. */
export function runView(run: StoredRun, now: number): object {
  const { profile, heartbeatAt } = run
  const gone = run.state === 'RUNNING' && heartbeatAt !== undefined && now - heartbeatAt > GONE
  return {
    cuid: run.cuid,
    slug: run.slug,
    name: run.name,
    type: 'CHAPTER',
    description: run.description,
    labels: run.labels.map((name) => ({ name })),
    colors: run.colors,
    profile: {
      config: profile.config ?? {},
      metadata: profile.metadata ?? {},
      requirements: profile.requirements ?? '',
      conda: profile.conda ?? '',
    },
    show: true,
    state: gone ? 'OFFLINE' : run.state,
    cluster: run.cluster ?? '',
    job: run.job ?? '',
    user: { username: run.workspace, name: run.workspace },
    createdAt: iso(run.createdAt),
    finishedAt: run.finishedAt === undefined ? null : iso(run.finishedAt),
  }
}

/** One page of a list, as clients ask for it. */
export function page(list: readonly unknown[], query: unknown): object {
  const { page: number = 1, size = 20 } = query as { page?: unknown; size?: unknown }
  const length = Math.min(100, Math.max(1, Math.trunc(Number(size)) || 20))
  const at = Math.max(1, Math.trunc(Number(number)) || 1)
  return {
    list: list.slice((at - 1) * length, at * length),
    size: length,
    pages: Math.max(1, Math.ceil(list.length / length)),
    total: list.length,
  }
}
