export { cloud } from './cloud.ts'
export type { CloudOptions } from './cloud-options.ts'
export { login, type LoginOptions } from './login-command.ts'
export { sync, type SyncOptions, type SyncReport } from './sync-command.ts'
