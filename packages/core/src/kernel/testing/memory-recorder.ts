import type { Callback } from '../../contract/callback.ts'
import { MOMENTS, type Moment } from '../../contract/moments.ts'
import type { MediaDraft } from '../../contract/media.ts'
import type { MediaRecord } from '../../contract/payloads.ts'

/** Keeps a run in memory, as pairs of moment and payload. */
export interface MemoryRecorder extends Callback {
  readonly records: [moment: Moment, payload: unknown][]
  /** Payloads of one moment. */
  of(moment: Moment): readonly unknown[]
}

/** A recorder without a disk. @param more - Members that take the place of its own. */
export function memoryRecorder(more: Partial<Callback> = {}): MemoryRecorder {
  const records: [Moment, unknown][] = []
  const methods = Object.fromEntries(
    (Object.keys(MOMENTS) as Moment[]).map((moment) => [
      moment,
      (payload: unknown) => {
        records.push([moment, payload])
      },
    ]),
  )
  const of = (moment: Moment): unknown[] => records.filter(([what]) => what === moment).map(([, payload]) => payload)
  const storeMedia = ({ key, step, time, kind, items }: MediaDraft): MediaRecord => {
    const data = items.map(({ extension }, at) => `media/${kind}/${at}.${extension}`)
    return { key, step, time, data }
  }
  return { name: 'memory', immediate: true, ...methods, storeMedia, ...more, records, of }
}
