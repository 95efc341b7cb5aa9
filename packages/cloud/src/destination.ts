import type { Target } from './checkpoint.ts'
import type { CallOptions, Session } from './session.ts'

/** Which part of a run is uploaded; absent bounds are open. Steps and times are inclusive. */
export interface UploadRange {
  readonly startStep?: number | undefined
  readonly endStep?: number | undefined
  /** Milliseconds since 1970. */
  readonly startTime?: number | undefined
  readonly endTime?: number | undefined
}

export interface Destination {
  readonly session: Session
  readonly target: Target
  readonly dir: string
  readonly call: CallOptions
  readonly range?: UploadRange | undefined
  /** A file is left out. @param why - A sentence. */
  readonly missing: (why: string) => void
}
