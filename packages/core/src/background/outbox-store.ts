import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Notification } from '../notification/notification.ts'
import { makeUnlessThere } from '../runtime/files.ts'
import { readWithin, replaceWithin } from '../runtime/safe-open.ts'

/** Folder of the outbox in a run folder. */
const OUTBOX_FOLDER = 'outbox'
/** In bytes; a longer item is none. */
const MAX_ITEM = 16_777_216

/** One notification on its way. No secret is in it: the notifier that sends it has them. */
export interface OutboxItem {
  /** Run part, event and channel: what makes it the same notification. */
  readonly key: string
  readonly channel: string
  readonly event: string
  readonly notification: Notification
  readonly state: 'waiting' | 'sent' | 'given up'
  readonly attempts: number
  /** How many of them the receiver may have taken, without an answer. */
  readonly uncertain?: number
  /** Milliseconds since 1970. */
  readonly posted: number
  /** Milliseconds since 1970; not before this the next attempt is made. */
  readonly nextTry: number
  /** When it was sent or given up, in milliseconds since 1970. */
  readonly settled?: number
  /** Why the last attempt failed. */
  readonly reason?: string
}

/** Keeps the items of one outbox as files: one each, replaced as a whole, so that none is ever half written. */
export class OutboxStore {
  readonly #dir: string

  /** @param dir - The run folder. */
  constructor(dir: string) {
    this.#dir = dir
  }

  /** What this user has put there; a file that cannot be read, or is somebody else's, is left alone. */
  load(): OutboxItem[] {
    let names: string[]
    try {
      names = readdirSync(join(this.#dir, OUTBOX_FOLDER)).filter((name) => name.endsWith('.json'))
    } catch {
      return []
    }
    return names.flatMap((name) => {
      try {
        const item = JSON.parse(
          String(readWithin(this.#dir, `${OUTBOX_FOLDER}/${name}`, 'own', MAX_ITEM)),
        ) as OutboxItem
        return typeof item.key === 'string' && typeof item.state === 'string' ? [item] : []
      } catch {
        return []
      }
    })
  }

  /** @throws the file system's own error. */
  save(item: OutboxItem): void {
    // Not recursive: a run folder that was deleted stays deleted.
    makeUnlessThere(join(this.#dir, OUTBOX_FOLDER))
    replaceWithin(this.#dir, `${OUTBOX_FOLDER}/${fileName(item.key)}.json`, `${JSON.stringify(item)}\n`)
  }
}

/** Names of channels are the user's, and may hold anything. */
function fileName(key: string): string {
  const readable = key.replaceAll(/[^\w.-]+/g, '_').slice(0, 60)
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`
}
