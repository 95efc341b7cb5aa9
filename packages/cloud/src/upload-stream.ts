import { JournalCursor, type JournalRecord } from '@swanlab/journal/internal'
import { CloudError } from './cloud-error.ts'
import { BLOCKED_PAUSE, type RetryPolicy } from './retry-policy.ts'
import type { Lacking, StreamCheckpoint } from './checkpoint.ts'

/** Refusals in a row, without anything accepted, after which the fault is not taken to be in the items. */
const MAX_REFUSALS = 20

/** What one stream uploads: which records it is made of, and how they are sent. */
export interface StreamSpec<Item> {
  readonly name: string
  readonly types: ReadonlySet<JournalRecord['type']>
  /** @param sent - Number of items before these. */
  items(record: JournalRecord, sent: number): readonly Item[]
  /** @returns how many of the files that belong to them were left out. @throws CloudError */
  send(items: readonly Item[]): Promise<number | void>
  /** Most items in one request. */
  readonly most: number
  /** Most bytes in one request, roughly. */
  readonly mostBytes: number
}

export interface UploadStreamOptions {
  readonly path: string
  readonly from: StreamCheckpoint | undefined
  readonly retry: RetryPolicy
  /** How long records are gathered before they are sent, in milliseconds. */
  readonly interval: number
  /** Called with a checkpoint when everything before it has been acknowledged. */
  readonly save: (name: string, checkpoint: StreamCheckpoint) => void
  /** The server refuses an item. The rest goes on without it. */
  readonly setAside: (name: string, item: unknown, error: CloudError) => void
}

/**
 * Uploads one kind of record from the journal, in its order, one request at a time. It remembers no more than one
 * request's worth, so an outage costs no memory, and other kinds do not wait for it.
 */
export class UploadStream<Item> {
  readonly #spec: StreamSpec<Item>
  readonly #options: UploadStreamOptions
  readonly #cursor: JournalCursor
  #records: Iterator<JournalRecord>
  /** Read, and not part of a batch yet. */
  #held: JournalRecord | undefined
  #sent: number
  #offset: number
  #lacking: Lacking | undefined
  /** Items that have arrived through this stream. */
  #arrived = 0
  /** Of the batch in flight. */
  #refused = 0
  #missing = 0
  #ending = false
  #wake: () => void = () => {}

  /** @throws the file system's own error when there is no journal. */
  constructor(spec: StreamSpec<Item>, options: UploadStreamOptions) {
    this.#spec = spec
    this.#options = options
    this.#offset = options.from?.offset ?? 0
    this.#sent = options.from?.sent ?? 0
    this.#lacking = options.from?.lacking
    this.#cursor = new JournalCursor(options.path, { from: this.#offset, only: spec.types, owner: 'own' })
    this.#records = this.#cursor.read()
  }

  /** Offset in the journal up to which everything has been acknowledged, in bytes. */
  get offset(): number {
    return this.#offset
  }

  get name(): string {
    return this.#spec.name
  }

  /** Items that have arrived through this stream. */
  get arrived(): number {
    return this.#arrived
  }

  /** What the server does not have of what lies before {@link offset}. */
  get lacking(): Lacking | undefined {
    return this.#lacking
  }

  /** Nothing more will be written: what is there is all. */
  end(): void {
    this.#ending = true
    this.#wake()
  }

  /** Uploads until the run has ended and everything has arrived. @throws UploadStopped */
  async run(): Promise<void> {
    const { retry, interval } = this.#options
    try {
      for (;;) {
        const last = this.#ending
        while (await this.#upload(last));
        if (last) return
        await this.#rest(interval)
        if (retry.signal.aborted) return
      }
    } finally {
      this.#cursor.close()
    }
  }

  /** Sends one batch. @returns whether there was one. */
  async #upload(last: boolean): Promise<boolean> {
    const { items, offset, sent } = this.#batch(last)
    this.#refused = this.#missing = 0
    for (const part of this.#parts(items)) await this.#deliver(part)
    this.#arrived += items.length - this.#refused
    if (offset !== this.#offset || items.length > 0) {
      this.#noteLacking()
      this.#offset = offset
      this.#sent = sent
      const lacking = this.#lacking && { lacking: this.#lacking }
      this.#options.save(this.#spec.name, { offset, sent, ...lacking })
    }
    return items.length > 0
  }

  #noteLacking(): void {
    if (this.#refused + this.#missing === 0) return
    const { offset, sent, refused, missing } = this.#lacking ?? {
      offset: this.#offset,
      sent: this.#sent,
      refused: 0,
      missing: 0,
    }
    this.#lacking = { offset, sent, refused: refused + this.#refused, missing: missing + this.#missing }
  }

  /** A batch of whole records, as many as fit, and the offset of the next one. */
  #batch(last: boolean): { items: Item[]; offset: number; sent: number } {
    const items: Item[] = []
    let sent = this.#sent
    while (items.length < this.#spec.most) {
      const record = this.#next(last)
      if (!record) return { items, sent, offset: this.#cursor.position }
      for (const item of this.#spec.items(record, sent)) {
        items.push(item)
        sent++
      }
    }
    this.#held = this.#next(last)
    // A damaged line may hold several records: it is read again rather than left.
    return { items, sent, offset: this.#held ? this.#cursor.offset : this.#cursor.position }
  }

  #next(last: boolean): JournalRecord | undefined {
    if (this.#held) {
      const held = this.#held
      this.#held = undefined
      return held
    }
    for (let ends = 0; ends < 2; ends++) {
      for (;;) {
        const { value, done } = this.#records.next() as IteratorResult<JournalRecord, undefined>
        if (done) break
        if (this.#spec.types.has(value.type)) return value
      }
      this.#records = ends === 0 && last ? this.#cursor.end() : this.#cursor.read()
      if (!last) break
    }
    return undefined
  }

  *#parts(items: readonly Item[]): Generator<readonly Item[]> {
    let from = 0
    let bytes = 0
    for (let at = 0; at < items.length; at++) {
      const size = JSON.stringify(items[at]).length
      if (at > from && (bytes + size > this.#spec.mostBytes || at - from >= this.#spec.most)) {
        yield items.slice(from, at)
        from = at
        bytes = 0
      }
      bytes += size
    }
    if (from < items.length) yield items.slice(from)
  }

  /** Until it has arrived, or its every refused item has been set aside. @throws UploadStopped */
  async #deliver(items: readonly Item[]): Promise<void> {
    const { retry } = this.#options
    const { name } = this.#spec
    for (let attempts = 1; ; attempts++) {
      try {
        await this.#send(items)
        return retry.succeeded(name)
      } catch (error) {
        if (!(error instanceof CloudError)) throw error
        if (error.remedy === 'narrow') {
          if (await this.#narrow(items, error)) return retry.succeeded(name)
          // Whatever is sent is refused: the fault is not in the items, and may be mended.
          await retry.pause(name, attempts, new CloudError(error.message, { retryAfter: BLOCKED_PAUSE }))
        } else await retry.pause(name, attempts, error)
      }
    }
  }

  /**
   * Sends the parts of what was refused, down to single items.
   *
   * @returns false when nothing of many was accepted; nothing is set aside then.
   */
  async #narrow(items: readonly Item[], refusal: CloudError): Promise<boolean> {
    const refused: { item: Item; error: CloudError }[] = []
    let accepted = 0
    const attempt = async (part: readonly Item[], error: CloudError): Promise<void> => {
      if (accepted === 0 && refused.length >= MAX_REFUSALS) return
      if (part.length === 1) return void refused.push({ item: part[0]!, error })
      const middle = part.length >> 1
      for (const half of [part.slice(0, middle), part.slice(middle)]) {
        if (accepted === 0 && refused.length >= MAX_REFUSALS) return
        const failure = await this.#sendOnce(half)
        if (failure) await attempt(half, failure)
        else accepted += half.length
      }
    }
    await attempt(items, refusal)
    if (accepted === 0 && refused.length >= MAX_REFUSALS) return false
    for (const { item, error } of refused) this.#options.setAside(this.#spec.name, item, error)
    this.#refused += refused.length
    return true
  }

  async #send(items: readonly Item[]): Promise<void> {
    this.#missing += (await this.#spec.send(items)) ?? 0
  }

  /** Retries everything but a refusal. */
  async #sendOnce(items: readonly Item[]): Promise<CloudError | undefined> {
    for (let attempts = 1; ; attempts++) {
      try {
        await this.#send(items)
        return undefined
      } catch (error) {
        if (!(error instanceof CloudError)) throw error
        if (error.remedy === 'narrow') return error
        await this.#options.retry.pause(this.#spec.name, attempts, error)
      }
    }
  }

  /** Waits for the interval, or until `end()`. */
  async #rest(ms: number): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#ending) return
    await Promise.race([woken, this.#options.retry.sleep(ms)])
  }
}
