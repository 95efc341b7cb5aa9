export { DeliveryError, type DeliveryErrorOptions } from '@swanlab/core'
export type {
  ConfigRow,
  ErrorSection,
  Fact,
  Language,
  MetricRow,
  MetricSection,
  Notification,
  Section,
  Tone,
} from './notification.ts'
export { NotificationCallback, type SendContext } from './notification-callback.ts'
export { NOTIFICATION_CHECKS, type NotificationOptions } from './options.ts'
export { oneLine } from '@swanlab/core/internal'
export { plainText } from './text.ts'
