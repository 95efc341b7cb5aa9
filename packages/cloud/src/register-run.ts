import type { JsonValue, RunInfo } from '@swanlab/core/internal'
import { createExperiment, getExperiment, getSummaries, findOrCreateProject, configOf, type Project } from './api.ts'
import { CloudError } from './cloud-error.ts'
import type { Target } from './checkpoint.ts'
import type { CallOptions, Session } from './session.ts'
import { timestamp } from './wire.ts'

/** What is sent to a server to register a run. */
export type RunDescription = Pick<RunInfo, 'id' | 'project' | 'workspace' | 'description' | 'tags' | 'public'> & {
  /** What the run is called, and its colours; asked for once the number of runs of the project is known. */
  readonly look: (index: number) => { experimentName: string; colors: readonly string[] }
}

export interface RegisteredRun {
  readonly target: Target
  readonly projectUrl: string
  /** As the server calls it. */
  readonly experimentName: string
  readonly colors: readonly string[]
  /** The run was there before. */
  readonly existed: boolean
  readonly lastStep: number | undefined
  readonly config: Readonly<Record<string, JsonValue>> | undefined
}

export interface RegisterRunOptions extends CallOptions {
  readonly resume: 'must' | 'allow' | undefined
  readonly clock: () => number
}

/**
 * Finds or makes the project, and creates or continues the run.
 *
 * @throws CloudError; with `must`, one of status 404 when the run does not exist.
 */
export async function registerRun(
  session: Session,
  run: RunDescription,
  options: RegisterRunOptions,
): Promise<RegisteredRun> {
  const workspace = run.workspace ?? (await session.username(options))
  const visibility = run.public === true ? 'PUBLIC' : 'PRIVATE'
  const project = await findOrCreateProject(session, { workspace, name: run.project, visibility }, options)
  if (options.resume === 'must') await getExperiment(session, project, run.id, options)
  const { experimentName, colors } = run.look(project.experiments)
  const experiment = await createExperiment(
    session,
    project,
    {
      name: experimentName,
      ...(run.description && { description: run.description }),
      createdAt: timestamp(options.clock()),
      colors,
      ...(run.tags.length > 0 && { labels: run.tags.map((name) => ({ name })) }),
      cuid: run.id,
    },
    options,
  )
  // A retried request finds the run that it created itself: a new run is new whatever the answer.
  const existed = !experiment.created && options.resume !== undefined
  const summaries = existed ? await getSummaries(session, project, experiment.cuid, options) : undefined
  const config = existed
    ? (experiment.config ?? (await storedConfig(session, project, experiment.cuid, options)))
    : undefined
  const page = `${session.web}/@${project.path}`
  return {
    target: {
      workspace: project.workspace,
      project: project.name,
      projectId: project.cuid,
      experimentId: experiment.cuid,
      series: project.series,
      url: `${page}/runs/${encodeURIComponent(experiment.slug)}`,
      lines: summaries?.lastLine ?? 0,
    },
    projectUrl: page,
    experimentName: experiment.name || experimentName,
    colors,
    existed,
    lastStep: summaries?.lastStep,
    config: config as Readonly<Record<string, JsonValue>> | undefined,
  }
}

/** Best effort: a run can be continued without knowing what it was configured with. */
async function storedConfig(
  session: Session,
  project: Project,
  id: string,
  call: CallOptions,
): Promise<object | undefined> {
  try {
    const { profile } = await getExperiment(session, project, id, call)
    return configOf((profile as { config?: unknown } | undefined)?.config)
  } catch (error) {
    if (error instanceof CloudError) return undefined
    throw error
  }
}
