import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type OutboxItem, type OutboxStore } from '@swanlab/core/internal'
import { makeUnlessThere, readWithin, replaceWithin } from '@swanlab/journal/internal'

/** Folder of the outbox in a run folder. */
const OUTBOX_FOLDER = 'outbox'
/** In bytes; a longer item is none. */
const MAX_ITEM = 16_777_216

/** Keeps the items of one outbox as files: one each, replaced as a whole, so that none is ever half written. */
export class OutboxFiles implements OutboxStore {
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
