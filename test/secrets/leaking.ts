import { DeliveryError, NotificationCallback } from '@swanlab/notification'

/** A notifier as authors write them, which shows its secrets where it fails. */
export class Leaking extends NotificationCallback<{ nonce: string; webhookUrl: string }> {
  override send(): Promise<void> {
    const { nonce, webhookUrl } = this.options
    return Promise.reject(new DeliveryError(`plain-delivery-${nonce} refused ${webhookUrl}`, { permanent: true }))
  }
}
