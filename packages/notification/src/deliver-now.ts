import { DeliveryError } from '@swanlab/core'
import { furtherAttempts, Outbox } from '@swanlab/core/internal'

/**
 * Delivers something that belongs to no run, as the outbox of a run would.
 *
 * @param send - Makes one attempt.
 * @param timeout - Milliseconds for everything: attempts, and the pauses between them.
 * @throws DeliveryError - It was refused or the time is over; the last failure is its cause.
 */
export async function deliverNow(send: (signal: AbortSignal) => Promise<void>, timeout: number): Promise<void> {
  let cause: unknown
  const outbox = new Outbox({ part: '', budget: timeout, report: () => {} })
  // No run goes on that it could wait for: time is short from the start.
  outbox.runEnded()
  const channel = outbox.channel('', async (_message, { signal }) => {
    try {
      await send(signal)
    } catch (error) {
      cause = error
      throw error
    }
  })
  channel.post('message', null)
  await outbox.settled()
  const [delivery] = outbox.deliveries()
  if (delivery?.state === 'sent') return
  throw new DeliveryError(delivery?.reason ?? 'It was not delivered.', { ...furtherAttempts(cause), cause })
}
