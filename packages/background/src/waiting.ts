import type { Report } from '@swanlab/core/internal'

/** Silence after which the user is told what `finish()` is waiting for, in milliseconds. */
const PATIENCE = 1_000
/** How often a terminal hears of it again, in milliseconds. */
const AGAIN = 5_000

export interface WaitingOptions {
  readonly report: Report
  /** Does somebody watch? Then it is said again and again what is missing; a log file hears of it once. */
  readonly terminal: boolean
  /** Who is awaited. */
  readonly awaited: () => string
}

/** Keeps the user informed while `finish()` waits. @returns what ends it. */
export function tellOfWaiting({ report, terminal, awaited }: WaitingOptions): () => void {
  const start = performance.now()
  const seconds = (): number => Math.round((performance.now() - start) / 1_000)
  const tellAgain = (): void => report('info', `Still waiting for ${awaited()} … ${seconds()} s`)
  let timer = setTimeout(() => {
    report('info', `Waiting for ${awaited()} …`)
    if (terminal) timer = setInterval(tellAgain, AGAIN)
  }, PATIENCE)
  return () => clearTimeout(timer)
}
