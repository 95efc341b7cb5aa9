import { formatDuration, formatValue } from '../text/format.ts'
import { say } from '../text/screens.ts'
import type { Words } from './ending.ts'

/** The words of the page's language. */
export const words: Words = { say, duration: formatDuration, value: formatValue }
