export type { Callback } from './contract/callback.ts'
export { deriveResidents, optionsOf, residentClassOf, type Resident } from './contract/resident.ts'
export { SwanLabError } from './contract/error.ts'
export type { MediaDraft, MediaItem } from './contract/media.ts'
export type {
  Alert,
  AlertLevel,
  CallbackReport,
  Cause,
  ColorPair,
  ColumnInfo,
  ColumnKind,
  ConfigSnapshot,
  ConsoleLine,
  ErrorInfo,
  InitInfo,
  InitPatch,
  JsonValue,
  LogRecord,
  Losses,
  MediaRecord,
  MetricSummary,
  Outcome,
  Placement,
  RunInfo,
  RunState,
  RuntimeInfo,
} from './contract/payloads.ts'
export { createConfig } from './data/config-store.ts'
export { assertCallback } from './kernel/assert-callback.ts'
export { deepFreeze } from './data/frozen.ts'
export { Guard } from './kernel/guard.ts'
export { nearest } from './text/nearest.ts'
export { type Report, type ReportLevel, quietly, terminalReport } from './text/reporter.ts'
export { describeError } from './text/thrown.ts'
export { type Check, type Checks, checkOptions } from './options/check.ts'
export type { InitOptions, ResolvedOptions } from './options/init-options.ts'
export { PROJECT_NAME } from './options/project-name.ts'
export type { World } from './options/resolve.ts'
export { block, formatDuration, formatNumber, oneLine, tail } from './text/format.ts'
export { VERSION } from './version.ts'
export type { BeginOptions, Preset } from './begin.ts'
export { configOf, infoOf } from './init-info.ts'
export { getRun } from './current.ts'
export type { ConfigStore } from './contract/config.ts'
export type { CallbackContext } from './contract/context.ts'
export type { EarlierRecord, OpenPatch } from './contract/payloads.ts'
export type { Run } from './contract/run.ts'
export { LogParser } from './data/log-parser.ts'
export { backoff } from './delivery/backoff.ts'
export { deliveryReport } from './delivery/delivery-report.ts'
export { Outbox, type Delivery, type OutboxOptions } from './delivery/outbox.ts'
export {
  messageOf,
  OutboxMemory,
  type OutboxItem,
  type OutboxMessage,
  type OutboxStore,
} from './delivery/outbox-item.ts'
export { attempt, type Send } from './delivery/delivery-attempt.ts'
export { DeliveryError, furtherAttempts } from './delivery/delivery-error.ts'
export type { HostActions } from './contract/callback.ts'
export type { LogOptions } from './contract/run.ts'
export { initWith } from './init.ts'
export { parseAlert } from './kernel/alert.ts'
export { CallbackSet } from './kernel/callback-set.ts'
export { addRulesOf } from './kernel/callback-rules.ts'
export { Contexts, Occurrences } from './kernel/contexts.ts'
export type { Dispatcher } from './kernel/dispatcher.ts'
export type { RunHooks } from './contract/hooks.ts'
export { BaseRun, runInfoOf } from './kernel/base-run.ts'
export { createHooks } from './kernel/hooks.ts'
export { LastLines } from './kernel/last-lines.ts'
export { describeCause, endingOf, failureOf, LOST, outcomeOf, type Ending } from './endings/outcome.ts'
export { isTime } from './options/time.ts'
export { cliCommand } from './runtime/cli-command.ts'
export { readIfRegular } from './runtime/read-if-regular.ts'
export { addSecret } from './text/given-secrets.ts'
export type { SentRules } from './contract/redact.ts'
export { maskJson } from './text/mask.ts'
export { processRedactor } from './text/run-redactor.ts'
