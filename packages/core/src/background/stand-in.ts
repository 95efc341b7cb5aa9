import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import type { Line } from './hear-run.ts'
import type { Farewell, News, Order } from './messages.ts'

/** Hears a run in the training process itself, where no background process can be had. */
export class StandIn {
  readonly #stop = new AbortController()
  readonly #line: { -readonly [K in keyof Line]: Line[K] }
  #wake = (): void => {}

  /** @param failed - Is called when nothing more will be heard of it. */
  constructor(order: Order, hear: (news: News) => void, report: Report, failed: () => void) {
    this.#line = {
      cut: false,
      farewell: undefined,
      onWord: (listener) => (this.#wake = listener),
      send: hear,
    }
    void this.#hear(order, report, failed)
  }

  /** The run has ended. */
  say(farewell: Farewell): void {
    this.#line.farewell = farewell
    this.#wake()
  }

  /** What is not delivered yet stays in the outbox. */
  stop(): void {
    this.#stop.abort()
  }

  async #hear(order: Order, report: Report, failed: () => void): Promise<void> {
    try {
      const { hearRun } = await import('./hear-run.ts')
      await hearRun(order, this.#line, report, this.#stop.signal, true)
    } catch (error) {
      report('error', `The run could not be heard: ${describeError(error)}`)
      failed()
    }
  }
}
