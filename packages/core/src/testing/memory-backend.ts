import type { Backend } from '../kernel/backend.ts'
import { MOMENTS, type Moment } from '../kernel/callback.ts'
import type { MediaDraft } from '../kernel/media.ts'
import type { MediaRecord } from '../kernel/payloads.ts'

/** Keeps a run in memory, as pairs of moment and payload. */
export interface MemoryBackend extends Backend {
  readonly records: [moment: Moment, payload: unknown][]
  /** Payloads of one moment. */
  of(moment: Moment): readonly unknown[]
}

export function memoryBackend(more: Partial<Backend> = {}): MemoryBackend {
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
  const keep = ({ key, step, time, kind, items }: MediaDraft): MediaRecord => {
    const data = items.map(({ extension }, at) => `media/${kind}/${at}.${extension}`)
    return { key, step, time, data }
  }
  return { name: 'swanlab:memory', ...methods, keep, ...more, records, of }
}
