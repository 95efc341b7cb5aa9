import type { Backend } from '../kernel/backend.ts'
import { MOMENTS, type Moment } from '../kernel/callback.ts'

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
  return { name: 'swanlab:memory', ...methods, ...more, records, of }
}
