import { markAsBackground } from './background-flag.ts'
import { runBackgroundProcess } from './background-process.ts'

markAsBackground()
await runBackgroundProcess()
