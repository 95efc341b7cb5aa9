import type { Outcome } from './payloads.ts'

/** What `finish()` takes. */
export interface FinishOptions {
  /** Default: `finished`, or `crashed` when an `error` is given. */
  state?: Outcome['state'] | undefined
  /** What went wrong; anything that can be thrown. */
  error?: unknown
}
