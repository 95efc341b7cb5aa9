import { CloudError } from './cloud-error.ts'
import type { CallOptions, Session } from './session.ts'

export interface Project {
  readonly cuid: string
  readonly name: string
  readonly workspace: string
  /** `workspace/project`. */
  readonly path: string
  /** Runs that it has. */
  readonly experiments: number
  /** True: columns are declared for the project; false: for each run, as servers did before. */
  readonly series: boolean
}

export interface Experiment {
  readonly cuid: string
  readonly name: string
  /** What stands for it in addresses. */
  readonly slug: string
  readonly created: boolean
  readonly config: Readonly<Record<string, unknown>> | undefined
}

export interface NewExperiment {
  readonly name: string
  readonly description?: string | undefined
  readonly createdAt: string
  readonly colors: readonly string[]
  readonly labels?: readonly { readonly name: string }[] | undefined
  readonly cuid: string
}

/** Highest step by key, and the highest line of the terminal, as the server has them. */
export interface Summaries {
  readonly lastStep: number | undefined
  readonly lastLine: number
}

type Fields = Readonly<Record<string, unknown>>
/**
 * Highest step, and highest number of a line, that is believed of a server: well above the 2^47 that `log()` takes, and
 * with room below the 2^48 that servers take. What would go on behind a higher one could be stored nowhere.
 */
const MOST_BELIEVED = 3 * 2 ** 46
const seg = encodeURIComponent

/**
 * The project, made when there is none: looked up first, because who may only write may not create.
 *
 * @throws CloudError
 */
export async function findOrCreateProject(
  session: Session,
  { workspace, name, visibility }: { workspace: string; name: string; visibility: 'PUBLIC' | 'PRIVATE' },
  call?: CallOptions,
): Promise<Project> {
  const path = `/project/${seg(workspace)}/${seg(name)}`
  const found = await absentOn404(session.request('GET', path, undefined, call))
  if (found) return projectOf(found.json)
  const made = await absentOn404(session.request('POST', `/projects/${seg(workspace)}`, { name, visibility }, call))
  // Servers of the generation before know another address.
  if (!made)
    await toleratingConflict(session.request('POST', '/project', { name, visibility, username: workspace }, call))
  return projectOf((await session.request('GET', path, undefined, call)).json)
}

/** Where a run is, below `/api`. @param id - Its cuid, or what the client calls it. */
export function runPath(workspace: string, project: string, id: string): string {
  return `/project/${seg(workspace)}/${seg(project)}/runs/${seg(id)}`
}

/** @throws CloudError, with status 404 when there is none. */
export async function getExperiment(
  session: Session,
  project: Project,
  id: string,
  call?: CallOptions,
): Promise<Fields> {
  const path = runPath(project.workspace, project.name, id)
  return fieldsOf((await session.request('GET', path, undefined, call)).json)
}

/** Creates a run, or continues the one with this id. @throws CloudError */
export async function createExperiment(
  session: Session,
  project: Project,
  body: NewExperiment,
  call?: CallOptions,
): Promise<Experiment> {
  const path = `/project/${seg(project.workspace)}/${seg(project.name)}/experiment`
  const { status, json } = await session.request('POST', path, body, call)
  const { cuid, name, slug, profile } = fieldsOf(json)
  if (typeof cuid !== 'string' || typeof name !== 'string')
    throw new CloudError('POST experiment: the answer names no run')
  return {
    cuid,
    name,
    slug: typeof slug === 'string' && slug ? slug : cuid,
    created: status !== 200,
    config: configOf(fieldsOf(profile)['config']),
  }
}

/** @throws CloudError */
export async function getSummaries(
  session: Session,
  project: Project,
  experiment: string,
  call?: CallOptions,
): Promise<Summaries> {
  const path = `/house/metrics/summaries/${seg(project.cuid)}/${seg(experiment)}?all=True`
  const { log, scalar, media } = fieldsOf((await session.request('GET', path, undefined, call)).json)
  const steps = [...listOf(scalar), ...listOf(media)]
    .filter(({ key }) => !String(key).startsWith('__swanlab__.'))
    .map(({ step }) => step)
    .filter(isBelievable)
  const lines = listOf(log)
    .map(({ step }) => step)
    .filter(isBelievable)
  return { lastStep: steps.length > 0 ? highest(steps) : undefined, lastLine: highest(lines, 0) }
}

function isBelievable(count: unknown): count is number {
  return Number.isInteger(count) && (count as number) >= 0 && (count as number) <= MOST_BELIEVED
}

/** SwanLab wraps each value: `{value, sort, desc}`. */
export function configOf(wrapped: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof wrapped !== 'object' || wrapped === null) return undefined
  const entries = Object.entries(wrapped as Record<string, unknown>)
  return Object.fromEntries(entries.map(([key, member]) => [key, fieldsOf(member)['value']]))
}

function projectOf(json: unknown): Project {
  const { cuid, name, path, group, _count, version } = fieldsOf(json)
  const workspace =
    fieldsOf(group)['username'] ??
    String(path)
      .replace(/^\/?@?/, '')
      .split('/')[0]
  if (typeof cuid !== 'string' || typeof name !== 'string' || typeof workspace !== 'string')
    throw new CloudError('GET project: the answer names no project')
  const { experiments } = fieldsOf(_count)
  return {
    cuid,
    name,
    workspace,
    path: typeof path === 'string' ? path.replace(/^\/?@?/, '') : `${workspace}/${name}`,
    experiments: isBelievable(experiments) ? experiments : 0,
    series: version === 1,
  }
}

async function absentOn404<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CloudError && error.status === 404) return undefined
    throw error
  }
}

async function toleratingConflict(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (!(error instanceof CloudError) || error.status !== 409) throw error
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

function highest(numbers: readonly number[], least = -Infinity): number {
  return numbers.reduce((most, one) => Math.max(most, one), least)
}
