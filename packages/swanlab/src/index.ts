export * from '@swanlab/core'
export type { LoginOptions, SyncOptions, SyncReport } from '@swanlab/cloud'
export type { LoggedRow, RaisedAlert, ReplayOptions, ReplayReport, StopRequest } from '@swanlab/journal'
// These take the place of the core's: they know modes.
export { init, type InitOptions } from './init.ts'
export type { Mode } from './modes.ts'
export { login, replay, sync } from './on-demand.ts'
