import type { AlertLevel } from './payloads.ts'

/** What {@link Run.alert} takes. */
export interface AlertOptions {
  /** Up to 256 characters. */
  title: string
  /** Up to 8,192 characters. Default: empty. */
  text?: string | undefined
  /** Default: `info`. */
  level?: AlertLevel | undefined
  step?: number | undefined
  /** Name of the rule that raised it, up to 256 characters. */
  rule?: string | undefined
}
