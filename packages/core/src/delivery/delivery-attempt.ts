import { furtherAttempts } from './delivery-error.ts'

/** How much of its time a notifier has to heed its signal, in milliseconds: it may know more than that the time is up. */
const LAST_WORD = 100

export type Send = (message: unknown, context: { signal: AbortSignal }) => Promise<void>

/**
 * One attempt, which ends in time even when the notifier does not heed its signal.
 *
 * @param time - Milliseconds.
 * @param holds - Does waiting for it keep the process alive?
 * @throws whatever the notifier throws.
 */
export async function attempt(send: Send, message: unknown, time: number, holds = true): Promise<void> {
  const cut = new AbortController()
  const lastWord = Math.min(LAST_WORD, time / 10)
  let timer: NodeJS.Timeout | undefined
  // What is left of a budget is some odd fraction; two digits say it.
  const tooLate = new Error(`no answer within ${Number((time / 1000).toPrecision(2))} s`)
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      cut.abort(tooLate)
      timer = setTimeout(() => reject(tooLate), lastWord)
    }, time - lastWord)
    if (!holds) timer.unref()
  })
  try {
    await Promise.race([send(message, { signal: cut.signal }), late])
  } catch (error) {
    if (!cut.signal.aborted) throw error
    throw furtherAttempts(error).uncertain ? Object.assign(tooLate, { uncertain: true }) : tooLate
  } finally {
    clearTimeout(timer)
  }
}
