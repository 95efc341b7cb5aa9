import type { AlertLevel, OptionChecks } from '@swanlab/core'
import type { Language } from './notification.ts'

/** Options of every notifier. */
export interface NotificationOptions {
  /** Name of the callback, unique within a run. Default: that of the class. */
  readonly name?: string | undefined
  /** Language of the messages. Default: `en`. */
  readonly language?: Language | undefined
  /** True: say so when a run starts, too. Default: false. */
  readonly notifyOnStart?: boolean | undefined
  /** Which alerts are passed on: all, none, or those of this level and above. Default: true. */
  readonly alerts?: boolean | AlertLevel | undefined
  /**
   * Milliseconds that a message of one's own may take, retries included. Messages about a run have the time of the run:
   * an hour after its end in the background process, `settings.finishTimeout` elsewhere. Default: 30,000.
   */
  readonly timeout?: number | undefined
}

/** What the options take that every notifier has, for `checkOptions` of a subclass with options of its own. */
export const NOTIFICATION_CHECKS: OptionChecks<NotificationOptions> = {
  name: ['text that is not empty', (value) => typeof value === 'string' && value !== ''],
  language: ['"en" or "zh"', (value) => value === 'en' || value === 'zh'],
  notifyOnStart: ['true or false', (value) => typeof value === 'boolean'],
  alerts: [
    'true, false, "info", "warn" or "error"',
    (value) => typeof value === 'boolean' || value === 'info' || value === 'warn' || value === 'error',
  ],
  timeout: [
    'a number of milliseconds from 1 to 2147483647',
    (value) => typeof value === 'number' && value >= 1 && value <= 2_147_483_647,
  ],
}
