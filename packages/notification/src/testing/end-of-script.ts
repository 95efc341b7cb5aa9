// A script that ends while an alert waits for a receiver that asked for an hour, and whose last message then hangs.
import { init } from '@swanlab/core'
import { DeliveryError, NotificationCallback, type Notification } from '../index.ts'

class Unlucky extends NotificationCallback {
  override async send({ event }: Notification): Promise<void> {
    if (event === 'alert') throw new DeliveryError('later', { retryAfter: 3_600_000 })
    await new Promise(() => {})
  }
}

process.once('beforeExit', () => console.log('end of script'))
const report = (level: string, message: string): void => {
  if (level === 'error') console.log(message)
}
const run = await init({ project: 'test', callbacks: [new Unlucky()], settings: { finishTimeout: 1_000, report } })
run.alert({ title: 'look' })
