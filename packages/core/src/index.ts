export { alert, config, finish, getRun, log, mergeCallbacks, registerCallbacks, withRun } from './current.ts'
export { init } from './init.ts'
export type { AlertOptions } from './contract/alert.ts'
export { SwanKitCallback, type Callback } from './contract/callback.ts'
export type { Config, ConfigMethods } from './contract/config.ts'
export type { CallbackContext, CallbackPlace, DeliverOptions } from './contract/context.ts'
export { SwanLabError, type SwanLabErrorCode } from './contract/error.ts'
export type { FinishOptions } from './contract/finish-options.ts'
export type { MediaDraft, MediaItem } from './contract/media.ts'
export type * from './contract/payloads.ts'
export type { Redact, RedactFunction, RedactRules } from './contract/redact.ts'
export type { PublicInfo } from './contract/public-info.ts'
export type { Report, ReportLevel } from './contract/report.ts'
export {
  defineResident,
  type JsonMembers,
  type JsonOf,
  type ModuleIdentity,
  type Resident,
} from './contract/resident.ts'
export type { LogOptions, Run } from './contract/run.ts'
export { DeliveryError, type DeliveryErrorOptions } from './delivery/delivery-error.ts'
export type { OutboxMessage } from './delivery/outbox-item.ts'
export type { RunHooks } from './contract/hooks.ts'
export { checkOptions, type Check as OptionCheck, type Checks as OptionChecks } from './options/check.ts'
export type { InitOptions } from './options/init-options.ts'
export { Settings, type SettingsOptions } from './options/settings.ts'
export { VERSION } from './version.ts'
