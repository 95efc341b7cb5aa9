import type { Report } from '@swanlab/core/internal'

/** Delay of the first message about what `finish()` is waiting for, in milliseconds. */
const FIRST_DELAY = 1_000
/** How often that is repeated on a terminal, in milliseconds. */
const AGAIN = 5_000

export interface WaitingOptions {
  readonly report: Report
  /** Repeats the message. A log file gets it once. */
  readonly terminal: boolean
  /** Who is awaited. */
  readonly awaited: () => string
}

/** Keeps the user informed while `finish()` waits. @returns what ends it. */
export function reportWaiting({ report, terminal, awaited }: WaitingOptions): () => void {
  const start = performance.now()
  const seconds = (): number => Math.round((performance.now() - start) / 1_000)
  const reportAgain = (): void => report('info', `Still waiting for ${awaited()} … ${seconds()} s`)
  let timer = setTimeout(() => {
    report('info', `Waiting for ${awaited()} …`)
    if (terminal) timer = setInterval(reportAgain, AGAIN)
  }, FIRST_DELAY)
  return () => clearTimeout(timer)
}
