/** What one page, request or answer may ask for. Beyond it the answer is a sentence that says which one, and what to do. */
export const LIMITS: {
  readonly keysOfRun: number
  readonly seriesOfAnswer: number
  readonly buckets: number
  readonly streams: number
  readonly runningQueries: number
  readonly queryDeadline: number
  readonly runningExports: number
  readonly body: number
  readonly linesOfChart: number
  readonly consoleLines: number
  readonly matches: number
  readonly mediaEntries: number
} = Object.freeze({
  keysOfRun: 10_000,
  seriesOfAnswer: 1_000,
  buckets: 4_000,
  streams: 100,
  runningQueries: 16,
  /** Milliseconds that a query waits for its turn. */
  queryDeadline: 10_000,
  /** Files of all points that are written at once: each reads a journal from its beginning. */
  runningExports: 4,
  /** Bytes. */
  body: 256 * 1024,
  linesOfChart: 50,
  consoleLines: 1_000,
  matches: 1_000,
  mediaEntries: 200,
})
