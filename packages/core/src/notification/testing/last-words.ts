// A script that ends while an alert waits for a receiver that asked for an hour, and whose last message then hangs.
import { DeliveryError } from '../delivery-error.ts'
import { NotificationCallback } from '../notification-callback.ts'
import type { Notification } from '../notification.ts'
import { sampleAlert, sampleOutcome } from './samples.ts'

class Unlucky extends NotificationCallback {
  override async send({ event }: Notification): Promise<void> {
    if (event === 'alert') throw new DeliveryError('later', { retryAfter: 50_000 })
    await new Promise(() => {})
  }
}

const slow = new Unlucky({ timeout: 100_000 })
const quick = new Unlucky({ timeout: 200 })
slow.onAlert(sampleAlert())
process.once('beforeExit', () => {
  console.log('end of script')
  quick.onStop(sampleOutcome()).catch((error: Error) => console.log(error.message))
})
