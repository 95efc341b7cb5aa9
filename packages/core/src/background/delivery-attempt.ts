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
    throw cut.signal.aborted ? tooLate : error
  } finally {
    clearTimeout(timer)
  }
}

/** What a failure says of further attempts. By its members: a notifier may bring its own copy of this package. */
export function verdictOf(failure: unknown): { permanent: boolean; retryAfter: number | undefined } {
  const is = typeof failure === 'object' && failure !== null ? failure : {}
  const retryAfter = 'retryAfter' in is && typeof is.retryAfter === 'number' ? is.retryAfter : -1
  return { permanent: 'permanent' in is && is.permanent === true, retryAfter: retryAfter >= 0 ? retryAfter : undefined }
}
