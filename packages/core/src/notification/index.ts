export { DeliveryError, type DeliveryErrorOptions } from './delivery-error.ts'
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
export { NotificationCallback, type NotificationOptions, type SendContext } from './notification-callback.ts'
export { checkOptions, NOTIFICATION_RULES, type OptionRule } from './options.ts'
export { oneLine } from './format.ts'
export type { Clock } from './retry.ts'
export { plainText } from './text.ts'
