import type { ConfigStore } from '../contract/config.ts'
import type { Report } from '../contract/report.ts'
import type { Run } from '../contract/run.ts'
import type { Parser } from '../data/parser.ts'
import type { StallDetector } from '../endings/stall-detector.ts'
import type { Redactor } from '../text/redactor.ts'
import type { CallbackSet } from './callback-set.ts'
import type { Recorders } from './recorders.ts'

/** What a run is given from outside. */
export interface RunSettings {
  readonly parser: Parser
  readonly config: ConfigStore
  /** What everything goes through before any callback gets it, but for the configuration, which does so itself. */
  readonly redactor: Redactor
  /** How long the end waits for pending work, in milliseconds. */
  readonly finishTimeout: number
  readonly clock: () => number
  readonly report: Report
  /** Hands over what is still held back, before the end is put on record and once more before nothing can be. */
  readonly flush?: (() => void) | undefined
  /** The run has ended, and every callback has been called. */
  readonly ended: (run: Run) => void
}

/** What a run works with. */
export interface RunOptions extends RunSettings {
  readonly callbacks: CallbackSet
  readonly recorders: Recorders
  /** Asks callbacks to stop at once. */
  readonly halt: AbortController
  readonly stalls: StallDetector
}
