import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import type { Mailbox } from '../notification/mailbox.ts'
import type { Notification } from '../notification/notification.ts'
import type { OutboxItem, OutboxStore } from './outbox-store.ts'

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 300_000
/** Longest that one attempt may take, in milliseconds. */
const ATTEMPT_TIME = 20_000
/** Notifications of one run that are kept; more than this is a loop somewhere. */
const MAX_ITEMS = 1_000

export type Send = (notification: Notification, context: { signal: AbortSignal }) => Promise<void>

/** How a notification fared, for the end-of-run report. */
export type Delivery = Pick<OutboxItem, 'channel' | 'event' | 'state' | 'attempts' | 'reason'> & {
  /** Milliseconds from posting to the end, or so far. */
  readonly took: number
}

export interface OutboxOptions {
  readonly store: OutboxStore
  /** Tells the part of a resumed run apart from its earlier ones. */
  readonly part: string
  /** How long after the end of the run delivery is tried, in milliseconds. */
  readonly budget: number
  readonly report: Report
  readonly clock?: () => number
  /** From 0 to below 1. */
  readonly random?: () => number
  /** Longest pause after the first failure, in milliseconds; it doubles with each. Default: 1,000. */
  readonly firstPause?: number
}

/**
 * Delivers notifications until they are taken, refused for good, or their time is over. Each is on disk before its first
 * attempt, so a later process can go on; each is delivered at least once, and once only unless the sender dies between
 * the receiver's answer and the note of it.
 */
export class Outbox {
  readonly #options: Required<OutboxOptions>
  readonly #items = new Map<string, OutboxItem>()
  readonly #senders = new Map<string, Send>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #attempting = new Map<string, Promise<void>>()
  #endOfBudget = Infinity
  #stopped = false
  #changed: () => void = () => {}

  constructor(options: OutboxOptions) {
    this.#options = { clock: Date.now, random: Math.random, firstPause: FIRST_PAUSE, ...options }
    for (const item of options.store.load()) this.#items.set(item.key, item)
  }

  /** A notifier's way in. What an earlier process left undelivered for it is taken up again. */
  channel(name: string, send: Send): Mailbox {
    this.#senders.set(name, send)
    for (const item of this.#items.values()) if (item.channel === name && item.state === 'waiting') this.#schedule(item)
    return { post: (event, notification) => this.#post(name, event, notification) }
  }

  /** The run has ended; from now on time is short. @param time - Milliseconds since 1970. */
  runEnded(time: number): void {
    this.#endOfBudget = time + this.#options.budget
  }

  /** Resolves when every notification that can be sent has been tried once. */
  async tried(): Promise<void> {
    while (this.#attempting.size > 0) await Promise.all(this.#attempting.values())
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    while (this.#attempting.size > 0 || this.#timers.size > 0) {
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  /** Makes no further attempts; what waits is on disk, for whoever comes next. */
  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#changed()
  }

  deliveries(): readonly Delivery[] {
    const now = this.#options.clock()
    return [...this.#items.values()].map(({ channel, event, state, attempts, reason, posted, settled }) => ({
      channel,
      event,
      state,
      attempts,
      ...(reason === undefined ? {} : { reason }),
      took: (settled ?? now) - posted,
    }))
  }

  #post(channel: string, event: string, notification: Notification): void {
    const key = `${this.#options.part} ${event} ${channel}`
    if (this.#items.has(key)) return
    if (this.#items.size >= MAX_ITEMS) {
      this.#options.report('error', `${channel}: more than ${MAX_ITEMS} notifications in one run; the rest is dropped.`)
      return
    }
    const now = this.#options.clock()
    const item: OutboxItem = {
      key,
      channel,
      event,
      notification,
      state: 'waiting',
      attempts: 0,
      posted: now,
      nextTry: now,
    }
    this.#save(item)
    this.#schedule(item)
  }

  #schedule(item: OutboxItem): void {
    if (this.#stopped || this.#attempting.has(item.key)) return
    const pause = item.nextTry - this.#options.clock()
    if (pause <= 0) return this.#start(item.key)
    clearTimeout(this.#timers.get(item.key))
    this.#timers.set(
      item.key,
      setTimeout(() => this.#start(item.key), pause),
    )
  }

  #start(key: string): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    const attempt = this.#attempt(this.#items.get(key)!).finally(() => {
      this.#attempting.delete(key)
      const item = this.#items.get(key)!
      if (item.state === 'waiting') this.#schedule(item)
      this.#changed()
    })
    this.#attempting.set(key, attempt)
  }

  async #attempt(item: OutboxItem): Promise<void> {
    const { clock, report } = this.#options
    const send = this.#senders.get(item.channel)
    if (!send) return
    const attempts = item.attempts + 1
    try {
      await bounded(send, item.notification)
      this.#save({ ...item, attempts, state: 'sent', settled: clock() })
    } catch (error) {
      const reason = describeError(error)
      const { permanent, pause } = this.#verdict(error, attempts)
      const late = clock() + pause > this.#endOfBudget
      if (permanent || late) {
        const why = permanent ? reason : `${reason} (the time for delivery is over)`
        this.#save({ ...item, attempts, state: 'given up', settled: clock(), reason: why })
        report('error', `${item.channel}: ${item.event} was not delivered: ${why}`)
      } else {
        this.#save({ ...item, attempts, nextTry: clock() + pause, reason })
        report(
          'debug',
          `${item.channel}: attempt ${attempts} for ${item.event} failed, next in ${Math.round(pause)} ms: ${reason}`,
        )
      }
    }
  }

  // By its members and not by its class: a notifier may bring its own copy of this package.
  #verdict(failure: unknown, attempts: number): { permanent: boolean; pause: number } {
    const { permanent, retryAfter } = (typeof failure === 'object' && failure !== null ? failure : {}) as {
      permanent?: unknown
      retryAfter?: unknown
    }
    const longest = Math.min(LONGEST_PAUSE, this.#options.firstPause * 2 ** (attempts - 1))
    // Between half and all of it: never at once, and never all of them at the same moment.
    const pause = longest * (0.5 + this.#options.random() / 2)
    const asked = typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : 0
    return { permanent: permanent === true, pause: Math.max(pause, asked) }
  }

  #save(item: OutboxItem): void {
    this.#items.set(item.key, item)
    try {
      this.#options.store.save(item)
    } catch (error) {
      // Delivery goes on from memory: a full disk must not cost the message that says so.
      this.#options.report('debug', `The outbox cannot be written: ${describeError(error)}`)
    }
  }
}

/** One attempt, which ends in time even when the notifier does not heed its signal. */
async function bounded(send: Send, notification: Notification): Promise<void> {
  const cut = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${ATTEMPT_TIME / 1000} s`)
      cut.abort(error)
      reject(error)
    }, ATTEMPT_TIME)
  })
  try {
    await Promise.race([send(notification, { signal: cut.signal }), late])
  } finally {
    clearTimeout(timer)
  }
}
