import type { ListedRun, Listing, RunSource } from '@swanlab/dashboard'
import { maySee, type Context } from '../context.ts'
import type { StoredProject, StoredRun } from '../storage/interfaces.ts'

/**
 * A run that neither logs nor says that it lives for so long counts as lost, in milliseconds: clients say it every ten
 * minutes.
 */
const SILENCE = 25 * 60_000

/** The runs of a server, by their cuids. */
export class StoredRuns implements RunSource {
  readonly title = 'SwanLab'
  readonly #context: Pick<Context, 'storage' | 'clock'>

  constructor(context: Pick<Context, 'storage' | 'clock'>) {
    this.#context = context
  }

  list(viewer: string): Listing {
    const { storage } = this.#context
    const runs = storage
      .users()
      .flatMap(({ name }) => storage.projects(name))
      .filter((project) => maySee(project, viewer))
      .flatMap((project) => this.#in(project))
    return { runs, problems: [] }
  }

  find(viewer: string, key: string): ListedRun | undefined {
    const { storage } = this.#context
    try {
      const run = storage.runByCuid(key)
      const project = run && storage.project(run.workspace, run.project)
      return project && maySee(project, viewer) ? this.#listed(run)[0] : undefined
    } catch {
      // Damaged, as in the list.
      return undefined
    }
  }

  #in(project: StoredProject): ListedRun[] {
    try {
      return this.#context.storage.runs(project).flatMap((run) => this.#listed(run))
    } catch {
      // Damaged: the server's report names it, and its other projects are there.
      return []
    }
  }

  #listed(run: StoredRun): ListedRun[] {
    const dir = this.#context.storage.runFolder(run.cuid)
    if (dir === undefined) return []
    const { cuid, slug, name, description, workspace, project, labels, colors, createdAt } = run
    const known = { id: slug, name, description, workspace, project, tags: labels, colors, startTime: createdAt }
    return [{ key: cuid, dir, known: { ...known, ...this.#stateOf(run) } }]
  }

  /** A journal of the server says how a run ended, and nothing of one that has not: its process is elsewhere. */
  #stateOf({ state, heartbeatAt, finishedAt }: StoredRun): ListedRun['known'] {
    if (state !== 'RUNNING') {
      const shown = { FINISHED: 'finished', CRASHED: 'crashed', ABORTED: 'aborted' } as const
      return { state: shown[state], endTime: finishedAt }
    }
    // Only clients that ever said that they live can be missed.
    const isSilent = heartbeatAt !== undefined && this.#context.clock() - heartbeatAt > SILENCE
    return { state: isSilent ? 'lost' : 'running', endTime: undefined }
  }
}
