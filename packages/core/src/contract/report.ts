/** How loud one of the library's own messages is. */
export type ReportLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where the library's own messages go. Replaceable through `settings.report`. */
export type Report = (level: ReportLevel, message: string) => void
