import { furtherAttempts } from '../notification/delivery-error.ts'
import type { Notification } from '../notification/notification.ts'

/** How long a notifier may take to heed its signal, in milliseconds: it may know more than that the time is up. */
const LAST_WORD = 100

export type Send = (notification: Notification, context: { signal: AbortSignal }) => Promise<void>

/**
 * One attempt, which ends in time even when the notifier does not heed its signal.
 *
 * @param time - Milliseconds.
 * @throws whatever the notifier throws.
 */
export async function attempt(send: Send, notification: Notification, time: number): Promise<void> {
  const cut = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Error(`no answer within ${time / 1000} s`)
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      cut.abort(tooLate)
      timer = setTimeout(() => reject(tooLate), LAST_WORD)
    }, time)
  })
  try {
    await Promise.race([send(notification, { signal: cut.signal }), late])
  } catch (error) {
    if (!cut.signal.aborted) throw error
    throw furtherAttempts(error).uncertain ? Object.assign(tooLate, { uncertain: true }) : tooLate
  } finally {
    clearTimeout(timer)
  }
}
