import type { Report } from '../contract/report.ts'
import { describeError } from '../text/thrown.ts'
import { maskText } from '../text/mask.ts'
import { backoff } from './backoff.ts'
import { attempt, type Send } from './delivery-attempt.ts'
import { furtherAttempts, MAX_UNCERTAIN, UNCERTAIN } from './delivery-error.ts'
import { describeEvent, END, isUntriedEnd, tooLate, type OutboxItem, type OutboxStore } from './outbox-item.ts'

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 300_000
/** Longest pause that a receiver is granted, in milliseconds: its clock may be wrong, and our time is short. */
const LONGEST_ASKED = 900_000
/** Longest that one attempt may take, in milliseconds. */
const LONGEST_ATTEMPT = 20_000
/** Notifications of one run that are kept; more than this is a loop somewhere. The message about the end is kept beyond. */
const MAX_ITEMS = 1_000

const MEMORY: OutboxStore = { load: () => [], save: () => {} }

/** How a notification fared, for the end-of-run report. */
export type Delivery = Pick<OutboxItem, 'channel' | 'event' | 'state' | 'attempts' | 'reason'> & {
  /** Milliseconds from posting to the end, or so far. */
  readonly took: number
}

export interface OutboxOptions {
  /** Default: memory alone. */
  readonly store?: OutboxStore
  /** Distinguishes the part of a resumed run from its earlier ones. */
  readonly part: string
  /** How long after the end of the run delivery is tried, in milliseconds. */
  readonly budget: number
  readonly report: Report
  /** Takes more out of the reasons of failed attempts, which are kept, than what looks like a secret. */
  readonly redact?: (text: string) => string
  readonly clock?: () => number
  /** From 0 to below 1. */
  readonly random?: () => number
  /** Longest pause after the first failure, in milliseconds; it doubles with each. Default: 1,000. */
  readonly firstPause?: number
  /** Longest that one attempt may take, in milliseconds. Default: 20,000. */
  readonly attemptTime?: number
  /** Does waiting - for the next attempt, or for a receiver - keep the process alive? Default: true. */
  readonly holds?: boolean
}

/**
 * How long messages are tried where the end of the run waits for them: a little less than it waits, to say what was not
 * delivered; and each attempt no longer than half of that, so that one which hangs leaves time for the news of the end.
 *
 * @param finishTimeout - Milliseconds.
 */
export function timesWithin(finishTimeout: number): Pick<Required<OutboxOptions>, 'budget' | 'attemptTime'> {
  const budget = finishTimeout - Math.min(1_000, finishTimeout / 10)
  return { budget, attemptTime: Math.min(LONGEST_ATTEMPT, budget / 2) }
}

/** The way into an outbox. */
export interface OutboxChannel {
  /**
   * Takes a message over. Never throws and does not wait.
   *
   * @param event - Distinguishes the message from all others of its channel: the same one is delivered once, however
   *   often it is posted.
   */
  post(event: string, message: unknown): void
}

/** Notifications for one receiver go one by one: a crowd of connections is what receivers turn away. */
interface Channel {
  readonly name: string
  readonly send: Send
  attempt?: Promise<void> | undefined
  timer?: NodeJS.Timeout | undefined
  /** The receiver asked to be left alone until then, in milliseconds since 1970. */
  notBefore: number
  /** The last attempt failed. */
  failing: boolean
}

/**
 * Delivers notifications until they are taken, refused for good, or their time is over. Each is on disk before its first
 * attempt, so a later process can go on; each is delivered at least once, and once only unless the answer of the
 * receiver gets lost, which makes two copies at most, or the sender dies between the answer and the note of it.
 */
export class Outbox {
  readonly #options: Required<OutboxOptions>
  readonly #items = new Map<string, OutboxItem>()
  readonly #channels = new Map<string, Channel>()
  #endOfBudget = Infinity
  #stopped = false
  #full = false
  readonly #settling = new Set<() => void>()

  constructor(options: OutboxOptions) {
    this.#options = {
      store: MEMORY,
      redact: (text) => text,
      clock: Date.now,
      random: Math.random,
      firstPause: FIRST_PAUSE,
      attemptTime: LONGEST_ATTEMPT,
      holds: true,
      ...options,
    }
    for (const item of this.#options.store.load()) this.#items.set(item.key, item)
  }

  /** Opens a channel. What an earlier process left undelivered in it is taken up again. */
  channel(name: string, send: Send): OutboxChannel {
    const channel: Channel = { name, send, notBefore: 0, failing: false }
    this.#channels.set(name, channel)
    this.#next(channel)
    return { post: (event, message) => this.#post(channel, event, message) }
  }

  /** Takes a message over for the channel of that name; without one, nothing is delivered from here. Never throws. */
  post(name: string, event: string, message: unknown): void {
    const channel = this.#channels.get(name)
    if (channel) this.#post(channel, event, message)
  }

  /** The run has ended; from now on time is short. Now by our own clock: that of the training may be anything. */
  runEnded(): void {
    this.#endOfBudget = this.#options.clock() + this.#options.budget
    // What waits for a time that is too late now is given up now, and keeps nobody waiting.
    for (const channel of this.#channels.values()) this.#next(channel)
  }

  /** Channels with notifications that have not been tried once. */
  untried(): string[] {
    return [...this.#channels.values()].filter((channel) => this.#isUntried(channel)).map(({ name }) => name)
  }

  /** Channels that are at work. */
  busy(): string[] {
    return [...this.#channels.values()].filter(isBusy).map(({ name }) => name)
  }

  /** Resolves when every notification that can be sent has been tried once. @param only - One channel. Default: all. */
  async tried(only?: string): Promise<void> {
    const channels = [...this.#channels.values()].filter(({ name }) => only === undefined || name === only)
    await Promise.all(
      channels.map(async (channel) => {
        while (channel.attempt && this.#isUntried(channel)) await channel.attempt
      }),
    )
  }

  /** Resolves when nothing is on its way any more. @param only - One channel. Default: all. */
  async settled(only?: string): Promise<void> {
    while (this.busy().some((name) => only === undefined || name === only)) {
      await new Promise<void>((resolve) => this.#settling.add(resolve))
    }
  }

  /** Makes no further attempts; what waits is on disk, for whoever comes next. */
  stop(): void {
    this.#stopped = true
    for (const channel of this.#channels.values()) this.#next(channel)
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

  #changed(): void {
    const waiting = [...this.#settling]
    this.#settling.clear()
    for (const look of waiting) look()
  }

  #post(channel: Channel, event: string, notification: unknown): void {
    const key = `${this.#options.part} ${event} ${channel.name}`
    if (this.#items.has(key)) return
    if (event !== END && this.#items.size >= MAX_ITEMS) return this.#refuse()
    const now = this.#options.clock()
    this.#save({
      key,
      channel: channel.name,
      event,
      notification,
      state: 'waiting',
      attempts: 0,
      posted: now,
      nextTry: now,
    })
    this.#next(channel)
  }

  #refuse(): void {
    if (!this.#full)
      this.#options.report(
        'error',
        `More than ${MAX_ITEMS} notifications in one run: further ones are dropped, except for the message about its end.`,
      )
    this.#full = true
  }

  #waiting({ name }: Channel): OutboxItem[] {
    return [...this.#items.values()].filter(({ channel, state }) => channel === name && state === 'waiting')
  }

  #isUntried(channel: Channel): boolean {
    return !this.#stopped && this.#waiting(channel).some(({ attempts }) => attempts === 0)
  }

  /** Makes the next attempt of a channel, or waits until it is time for it. */
  #next(channel: Channel): void {
    clearTimeout(channel.timer)
    channel.timer = undefined
    if (this.#stopped || channel.attempt) return
    const now = this.#options.clock()
    const waiting = this.#waiting(channel)
    // Items fail one by one, and a receiver that hangs takes its time over each.
    if (now > this.#endOfBudget) for (const item of waiting.splice(0)) this.#giveUp(item, tooLate(item.reason))
    const item = nextOf(channel, waiting)
    if (!item) return this.#changed()
    const pause = Math.max(item.nextTry, channel.notBefore) - now
    // The receiver may ask for a longer pause than there is time. The message about the end is worth one attempt nevertheless.
    const isTooLate = now + pause > this.#endOfBudget
    if (!(pause > 0) || (isTooLate && isUntriedEnd(item))) return this.#start(channel, item)
    if (isTooLate) {
      this.#giveUp(item, tooLate(item.reason))
      return this.#next(channel)
    }
    // Bounded also when a clock was put back, or a file was written by one that went ahead.
    channel.timer = setTimeout(() => this.#start(channel, item), Math.min(pause, LONGEST_ASKED))
    if (!this.#options.holds) channel.timer.unref()
  }

  #start(channel: Channel, item: OutboxItem): void {
    channel.timer = undefined
    channel.attempt = this.#attempt(channel, item).finally(() => {
      channel.attempt = undefined
      this.#next(channel)
      this.#changed()
    })
  }

  async #attempt(channel: Channel, item: OutboxItem): Promise<void> {
    const { clock, report, redact, attemptTime, holds } = this.#options
    const attempts = item.attempts + 1
    const time = Math.max(1, Math.min(attemptTime, this.#endOfBudget - clock()))
    channel.failing = false
    try {
      await attempt(channel.send, item.notification, time, holds)
      this.#save({ ...item, attempts, state: 'sent', settled: clock() })
    } catch (error) {
      channel.failing = true
      const reason = redact(maskText(describeError(error)))
      const { permanent, retryAfter, uncertain: isUncertain } = furtherAttempts(error)
      const uncertain = (item.uncertain ?? 0) + (isUncertain ? 1 : 0)
      const asked = Math.min(retryAfter ?? 0, LONGEST_ASKED)
      const pause = Math.max(asked, this.#pauseAfter(attempts))
      if (permanent) return this.#giveUp({ ...item, attempts }, reason)
      if (uncertain >= MAX_UNCERTAIN) return this.#giveUp({ ...item, attempts, uncertain }, `${reason}. ${UNCERTAIN}`)
      // An attempt that was cut short says less than the one before it.
      const why = time < attemptTime ? (item.reason ?? reason) : reason
      if (clock() + pause > this.#endOfBudget) return this.#giveUp({ ...item, attempts }, tooLate(why))
      if (asked > 0) channel.notBefore = clock() + asked
      this.#save({ ...item, attempts, uncertain, nextTry: clock() + pause, reason })
      const when = `next in ${Math.round(pause)} ms`
      report('debug', `${item.channel}: attempt ${attempts} for ${item.event} failed, ${when}: ${reason}`)
    }
  }

  #pauseAfter(attempts: number): number {
    const { firstPause: first, random } = this.#options
    return backoff(attempts, { first, longest: LONGEST_PAUSE, random })
  }

  #giveUp(item: OutboxItem, reason: string): void {
    this.#save({ ...item, state: 'given up', settled: this.#options.clock(), reason })
    this.#options.report('error', `${item.channel}: ${describeEvent(item.event)} was not delivered: ${reason}`)
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

/**
 * Notifications go in the order of their times. While the receiver fails, that of the end comes first: with little time
 * left, each attempt may be the last.
 */
function nextOf({ failing }: Channel, waiting: readonly OutboxItem[]): OutboxItem | undefined {
  const end = failing ? waiting.find(isUntriedEnd) : undefined
  if (end) return end
  const [first, ...others] = waiting
  return first && others.reduce((best, other) => (other.nextTry < best.nextTry ? other : best), first)
}

function isBusy({ attempt: trying, timer }: Channel): boolean {
  return trying !== undefined || timer !== undefined
}
