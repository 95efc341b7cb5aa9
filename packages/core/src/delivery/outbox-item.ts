/** The event of which there is always news, however many others there were. */
export const END = 'ended'
const TOO_LATE = 'the time for delivery is over'

/** One message on its way. No secret is in it: the callback that sends it has them. */
export interface OutboxItem {
  /** Run part, event and channel: what makes it the same message. */
  readonly key: string
  readonly channel: string
  readonly event: string
  readonly notification: unknown
  readonly state: 'waiting' | 'sent' | 'given up'
  readonly attempts: number
  /** Milliseconds since 1970. */
  readonly posted: number
  /** Milliseconds since 1970; not before this the next attempt is made. */
  readonly nextTry: number
  /** When it was sent or given up, in milliseconds since 1970. */
  readonly settled?: number
  /** Why the last attempt failed. */
  readonly reason?: string
  /** Attempts whose answer got lost: the receiver may have the message. */
  readonly uncertain?: number
}

/** A message that a callback has handed to `context.deliver`, and what became of it. */
export interface OutboxMessage {
  /** Name of the callback. */
  readonly callback: string
  readonly key: string
  readonly message: unknown
  /** `given up`: refused for good, or its time is over. */
  readonly state: 'waiting' | 'sent' | 'given up'
  readonly attempts: number
  /** Why the last attempt that failed did. Absent: none failed. */
  readonly reason: string | undefined
}

/** Where an outbox keeps its items, so that a later process can go on. */
export interface OutboxStore {
  load(): readonly OutboxItem[]
  /** @throws when it cannot; delivery goes on from memory then. */
  save(item: OutboxItem): void
}

/** An outbox in memory, and what it holds. */
export class OutboxMemory implements OutboxStore {
  readonly #items = new Map<string, OutboxItem>()

  load(): readonly OutboxItem[] {
    return []
  }

  save(item: OutboxItem): void {
    this.#items.set(item.key, item)
  }

  /** In the order in which they were handed over. */
  get messages(): readonly OutboxMessage[] {
    return Array.from(this.#items.values(), messageOf)
  }
}

/** An item as authors of callbacks know it. */
export function messageOf({ channel, event, notification, state, attempts, reason }: OutboxItem): OutboxMessage {
  return Object.freeze({ callback: channel, key: event, message: notification, state, attempts, reason })
}

export function isUntriedEnd({ event, attempts }: OutboxItem): boolean {
  return event === END && attempts === 0
}

/** What a notification is about. */
export function describeEvent(event: string): string {
  if (event === END) return 'the message about the end'
  if (/^alert-.*\D/.test(event)) return "a callback's alert"
  return event === 'started' ? 'the message about the start' : event.replace('-', ' ')
}

/** @param failure - Why the last attempt failed. */
export function tooLate(failure: string | undefined): string {
  return failure === undefined ? TOO_LATE : `${failure} (${TOO_LATE})`
}
