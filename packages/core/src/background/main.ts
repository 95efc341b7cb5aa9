import { attend } from './attend.ts'

await attend()
