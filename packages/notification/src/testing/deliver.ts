import type { Callback, CallbackContext } from '@swanlab/core'
import { Contexts, Outbox, type Delivery, type Send } from '@swanlab/core/internal'

/** In milliseconds. */
const BUDGET = 60_000

/** What became of the messages of one callback. */
export interface Delivered {
  readonly deliveries: readonly Delivery[]
  /** What its attempts failed with. */
  readonly failures: readonly unknown[]
}

/** A context that hands the messages of a callback to this outbox. @param send - Makes an attempt. Default: the callback's. */
export function contextOf(callback: Callback, outbox: Outbox, send = sendOf(callback)): CallbackContext {
  const nothing = (): void => {}
  const channel = outbox.channel(callback.name, send)
  const contexts = new Contexts({
    place: 'live',
    report: nothing,
    clock: Date.now,
    waitUntil: nothing,
    deliver: (_callback, message, key) => channel.post(key, message),
  })
  return contexts.of(callback)
}

/**
 * Lets a callback hand messages to an outbox with short pauses, and waits until nothing is on its way any more.
 *
 * @param call - Calls moments of the callback.
 * @param most - Attempts that may fail; then no further ones are made, and the message waits. Default: any number.
 */
export async function deliver(
  callback: Callback,
  call: (context: CallbackContext) => void,
  most = Infinity,
): Promise<Delivered> {
  const failures: unknown[] = []
  const outbox = new Outbox({ part: '', budget: BUDGET, report: () => {}, firstPause: 1 })
  const send = sendOf(callback)
  const context = contextOf(callback, outbox, async (message, options) => {
    try {
      await send(message, options)
    } catch (error) {
      if (failures.push(error) >= most) outbox.stop()
      throw error
    }
  })
  call(context)
  outbox.runEnded()
  await outbox.settled()
  return { deliveries: outbox.deliveries(), failures }
}

function sendOf(callback: Callback): Send {
  return async (message, options) => callback.send?.(message as never, options)
}
