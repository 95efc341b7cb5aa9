import type { Notification } from './notification.ts'

/**
 * Takes notifications over from a notifier and sees to their delivery, also when this process does not live to see it.
 */
export interface Mailbox {
  /**
   * Never throws and does not wait.
   *
   * @param event - Tells the notification apart from all others of its run and notifier: the same one is delivered once,
   *   however often it is posted.
   */
  post(event: string, notification: Notification): void
}
