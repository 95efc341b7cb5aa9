export type { SlackOptions } from './options.ts'
export { SlackCallback } from './slack-callback.ts'
