import type { Backend } from './backend.ts'
import type { ConfigStore } from './config.ts'
import type { Emitter } from './emitter.ts'
import type { Guard } from './guard.ts'
import type { RunHooks } from './hooks.ts'
import type { Intake } from './intake.ts'
import type { RunInfo } from './payloads.ts'
import type { Redactor } from './redactor.ts'
import type { Report } from './reporter.ts'
import type { Turns } from './turns.ts'

/** @internal What a run is put together from. */
export interface RunParts {
  readonly info: RunInfo
  readonly config: ConfigStore
  readonly backend: Backend
  readonly backendHooks: RunHooks
  readonly hooks: RunHooks
  readonly emitter: Emitter
  readonly guard: Guard
  readonly intake: Intake
  readonly turns: Turns
  /** Hands over what is still held back, before the end is put on record and once more before nothing can be. */
  readonly flush?: () => void
  readonly clock: () => number
  readonly report: Report
  readonly redactor: Redactor
}
