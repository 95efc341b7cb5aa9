export { abandonedRuns } from './abandoned.ts'
export { refuseInBackground } from './background-flag.ts'
export { OutboxFiles } from './outbox-files.ts'
