import { join } from 'node:path'
import { JOURNAL_FILE, JournalCursor } from '@swanlab/journal'
import type { ColumnKind } from '@swanlab/core'
import { LIMITS } from '../protocol/limits.ts'
import type { MediaList } from '../protocol/runs.ts'
import type { RunIndex } from './run-index.ts'

const MEDIA = new Set(['media'] as const)
/** A path in the run folder; anything else is a text that old clients logged as it is. */
const PATH = /^media\/[^\0]{1,1000}$/

/** What one key has got of media, from a step on. */
export function mediaList(index: RunIndex, key: string, from: number): MediaList {
  const kind = (index.facts.media.find(([name]) => name === key)?.[1] ?? 'text') as ColumnKind
  const places = index.places
    .flatMap(({ media }) => media)
    .filter(([name, step]) => name === key && step >= from)
    .toSorted((a, b) => a[1] - b[1])
  const entries = places.slice(0, LIMITS.mediaEntries).flatMap(([, step, at]) => entryAt(index, key, step, at))
  return { key, kind, entries, more: places.length > LIMITS.mediaEntries }
}

function entryAt(index: RunIndex, key: string, step: number, at: number): MediaList['entries'] {
  const cursor = new JournalCursor(join(index.dir, JOURNAL_FILE), { from: at, only: MEDIA })
  try {
    for (const record of cursor.read()) {
      if (cursor.offset !== at) break
      if (record.type !== 'media' || record.key !== key || record.step !== step) continue
      const items = record.data.map((text, number) => {
        const caption = record.more?.[number]?.['caption']
        return {
          ...(PATH.test(text) ? { path: text } : { text }),
          ...(typeof caption === 'string' && { caption }),
        }
      })
      return [{ step, time: record.time, items }]
    }
    return []
  } finally {
    cursor.close()
  }
}
