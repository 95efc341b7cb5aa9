import { isMainThread } from 'node:worker_threads'
import type { StallDetector } from './stall-detector.ts'

/** The signals that ask a process to stop, by number. */
export const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
export type Signal = keyof typeof SIGNALS

const NAMES = Object.keys(SIGNALS) as Signal[]

export interface SignalListener {
  /** The process is going to die of the signal once this has resolved. */
  end(signal: Signal): Promise<unknown>
  /** It is going to die of it at once. */
  endNow(signal: Signal): void
}

/**
 * Subscribes to the signals that ask a process to stop, and lets it die of them as it would have. Where the program has a
 * handler of its own, that one decides, and the signal is only remembered. A second signal does not wait.
 *
 * Node resets inherited dispositions when it starts, so a program that ignores a signal does so with a handler, too.
 */
export class Signals {
  readonly #listener: SignalListener
  readonly #stalled = new Set<StallDetector>()
  #held = false
  #dying: Signal | undefined
  /** The latest one that the program was left to handle. */
  received: Signal | undefined

  constructor(listener: SignalListener) {
    this.#listener = listener
  }

  /** @param stalls - Of one run; each notices when the loop that it is called from stalls. */
  watch(stalls: StallDetector): void {
    if (!isMainThread) return
    this.#hold()
    // A loop that never yields would never get its signals, and Ctrl-C would do nothing: hand them back to the system.
    // One that comes in the first milliseconds, before that is noticed, has been caught and cannot be handed back.
    stalls.watch({
      stalled: () => {
        this.#stalled.add(stalls)
        this.#release()
      },
      turned: () => {
        this.#stalled.delete(stalls)
        if (this.#stalled.size === 0) this.#hold()
      },
    })
  }

  /** The run of this one has ended. */
  forget(stalls: StallDetector): void {
    stalls.stop()
    if (this.#stalled.delete(stalls) && this.#stalled.size === 0) this.#hold()
  }

  /** No run is left. */
  stop(): void {
    this.received = undefined
    this.#release()
  }

  /** Dies of the signal that has been received, should there be one to die of. */
  dieIfDue(): void {
    if (this.#dying !== undefined) this.#die(this.#dying)
  }

  readonly #onSignal = (received: NodeJS.Signals): void => {
    const signal = received as Signal
    if (handlersOf(signal) > 1) {
      this.received = signal
    } else if (this.#dying !== undefined) {
      this.#release()
      this.#listener.endNow(signal)
      this.#die(signal)
    } else {
      this.#dying = signal
      void this.#listener.end(signal).then(() => this.#die(signal))
    }
  }

  #die(signal: Signal): void {
    this.stop()
    process.kill(process.pid, signal)
  }

  #hold(): void {
    if (this.#held) return
    this.#held = true
    // First in line: a handler that is removed by being called would not be counted any more.
    for (const signal of NAMES) process.prependListener(signal, this.#onSignal)
  }

  #release(): void {
    this.#held = false
    for (const signal of NAMES) process.off(signal, this.#onSignal)
  }
}

/**
 * Handlers of a signal that decide what it does. The package signal-exit, in many a program by way of others, has one
 * that lets the process die unless somebody else handles the signal; it counts itself in these two places.
 */
function handlersOf(signal: Signal): number {
  const bystanders = [
    (process as { __signal_exit_emitter__?: unknown }).__signal_exit_emitter__,
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
  ]
  return bystanders.reduce<number>((rest, emitter) => rest - countOf(emitter), process.listenerCount(signal))
}

function countOf(emitter: unknown): number {
  const count = (emitter as { count?: unknown } | null | undefined)?.count
  return typeof count === 'number' && count > 0 ? count : 0
}
