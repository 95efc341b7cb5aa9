import type { Callback } from '../kernel/callback.ts'
import type { Report } from '../kernel/reporter.ts'

/** Work of a callback that goes on when it has heard the end of the run. */
export interface Lasting {
  readonly name: string
  /** Resolves when the work is done or given up. @returns what the user should know of it; absent when all is well. */
  settled(): Promise<string | undefined>
  /** What is left is left. */
  stop(): void
}

type Lasts = Callback & { outlast(report: Report): Omit<Lasting, 'name'> }

/** The lasting work of a callback, if it has such; it is told that nobody needs to wait for it in `onStop`. */
export function lastingOf(callback: Callback, report: Report): Lasting | undefined {
  if (!lasts(callback)) return undefined
  const work = callback.outlast(report)
  return { name: callback.name, settled: () => work.settled(), stop: () => work.stop() }
}

// By its members and not by its class: it was imported by its address, and may come from another copy of this package.
function lasts(callback: Callback): callback is Lasts {
  return 'outlast' in callback && typeof callback.outlast === 'function'
}
