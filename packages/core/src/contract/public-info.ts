import type { RunInfo } from './payloads.ts'

/** The fields of SwanLab's `run.public`, in camelCase. */
export interface PublicInfo {
  readonly projectName: string
  readonly runId: string
  /** The folder of all run folders. */
  readonly swanlogDir: string | undefined
  readonly runDir: string | undefined
  readonly cloud: {
    /** Whether the run can be seen on a server. */
    readonly available: boolean
    readonly projectName: string | undefined
    readonly projectUrl: string | undefined
    readonly experimentName: string | undefined
    readonly experimentUrl: string | undefined
  }
}

export function publicInfo(run: RunInfo): PublicInfo {
  const available = run.url !== undefined
  return Object.freeze({
    projectName: run.project,
    runId: run.id,
    swanlogDir: run.logdir,
    runDir: run.dir,
    cloud: Object.freeze({
      available,
      projectName: available ? run.project : undefined,
      projectUrl: run.projectUrl,
      experimentName: available ? run.experimentName : undefined,
      experimentUrl: run.url,
    }),
  })
}
