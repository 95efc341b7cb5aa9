import { attend } from './attend.ts'
import { markAsBackground } from './background-flag.ts'

markAsBackground()
await attend()
