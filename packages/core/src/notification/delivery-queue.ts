import type { Notification } from './notification.ts'

const MAX_WAITING = 100

/** What a queue could not deliver. */
export interface Undelivered {
  readonly count: number
  /** Why the last of them failed; absent when all of them were dropped for want of room or time. */
  readonly reason: unknown
}

/** Delivers notifications one by one, in order, while the run goes on. Never throws; counts what did not arrive. */
export class DeliveryQueue {
  readonly #deliver: (notification: Notification, signal: AbortSignal) => Promise<void>
  #waiting: Notification[] = []
  #working: Promise<void> | undefined
  #cut = new AbortController()
  #undelivered = 0
  #reason: unknown

  constructor(deliver: (notification: Notification, signal: AbortSignal) => Promise<void>) {
    this.#deliver = deliver
  }

  add(notification: Notification): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#undelivered += 1
      return
    }
    this.#waiting.push(notification)
    this.#working ??= this.#work()
  }

  /** Waits until the queue is empty, or `timeout` milliseconds have passed; then drops what is left and starts anew. */
  async close(timeout: number): Promise<Undelivered> {
    const timer = setTimeout(() => {
      this.#undelivered += this.#waiting.length
      this.#waiting = []
      this.#cut.abort()
    }, timeout)
    await this.#working
    clearTimeout(timer)
    const result = { count: this.#undelivered, reason: this.#reason }
    this.#undelivered = 0
    this.#reason = undefined
    this.#cut = new AbortController()
    return result
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#deliver(next, this.#cut.signal)
      } catch (error) {
        this.#undelivered += 1
        this.#reason = error
      }
    }
    this.#working = undefined
  }
}
