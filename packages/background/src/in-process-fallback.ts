import { type Report, describeError } from '@swanlab/core/internal'
import type { Channel } from './follow-run.ts'
import type { EndMessage, FollowOrder, IpcMessage } from './ipc-messages.ts'

/** Follows a run in the training process itself, where no background process can be had. */
export class InProcessFallback {
  readonly #stop = new AbortController()
  readonly #channel: { -readonly [K in keyof Channel]: Channel[K] }
  #wake = (): void => {}

  /** @param failed - Is called when nothing more will come of it. */
  constructor(order: FollowOrder, receive: (message: IpcMessage) => void, report: Report, failed: () => void) {
    this.#channel = {
      closed: false,
      ready: true,
      end: undefined,
      onInput: (listener) => (this.#wake = listener),
      send: receive,
    }
    void this.#follow(order, report, failed)
  }

  /** The run has ended. */
  end(message: EndMessage): void {
    this.#channel.end = message
    this.#wake()
  }

  /** What is not delivered yet stays in the outbox. */
  stop(): void {
    this.#stop.abort()
  }

  async #follow(order: FollowOrder, report: Report, failed: () => void): Promise<void> {
    try {
      const { followRun } = await import('./follow-run.ts')
      await followRun(order, this.#channel, report, this.#stop.signal, true)
    } catch (error) {
      report('error', `The run could not be followed: ${describeError(error)}`)
      failed()
    }
  }
}
