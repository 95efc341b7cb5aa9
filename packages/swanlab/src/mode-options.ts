import type { Report } from '@swanlab/core'
import type { Durability } from '@swanlab/journal'

/** What the callbacks of a mode are made with. */
export interface ModeOptions {
  /** Absolute path of the folder of the run folders. */
  readonly logdir: string
  readonly durability: Durability
  /** True: a server that cannot be reached does not keep the run from starting. */
  readonly offlineFallback: boolean
  /** Milliseconds. */
  readonly finishTimeout: number
  readonly clock: () => number
  readonly report: Report
}
