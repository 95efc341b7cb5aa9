import type { Callback } from '../contract/callback.ts'
import type { CallbackContext, CallbackPlace } from '../contract/context.ts'
import type { MediaDraft } from '../contract/media.ts'
import { MOMENTS, type Moment } from '../contract/moments.ts'
import type { MediaRecord } from '../contract/payloads.ts'

/** What a callback is given in one moment. */
export type PayloadOfMoment<M extends Moment> = M extends 'onClose'
  ? undefined
  : Parameters<NonNullable<Callback[M]>>[0]

/** One moment as a {@link Recorder} got it. */
export type RecordedMoment = {
  [M in Moment]: { readonly moment: M; readonly payload: PayloadOfMoment<M>; readonly place: CallbackPlace }
}[Moment]

/** A callback that writes down every moment it gets. */
export interface Recorder extends Callback {
  /** In the order in which they came. */
  readonly moments: readonly RecordedMoment[]
  /** Content of what was stored by {@link Callback.storeMedia}, by its path. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Payloads of one moment, in order. */
  of<M extends Moment>(moment: M): readonly PayloadOfMoment<M>[]
  /** Payload of the last moment of its kind; absent when there was none. */
  last<M extends Moment>(moment: M): PayloadOfMoment<M> | undefined
  /**
   * Waits until a moment has come, at once when it has: for what happens after a call has returned.
   *
   * @param count - How often it has to come. Default: 1.
   * @returns its payload, that of the last of `count`.
   */
  when<M extends Moment>(moment: M, count?: number): Promise<PayloadOfMoment<M>>
}

/**
 * Makes a callback that writes down everything it gets.
 *
 * @param more - Members of its own: a `name` (default: `recorder`), `immediate: true` to be called first, and moments,
 *   which are called once they have been written down, and whose answers count.
 *
 * @example
 * ```ts
 * import { init } from '@swanlab/core'
 * import { recorder } from '@swanlab/core/testing'
 *
 * const got = recorder({ onInit: () => ({ experimentName: 'cats' }) })
 * const run = await init({ project: 'demo', callbacks: [got] })
 * run.log({ loss: 0.5 })
 * await run.finish()
 * got.of('onLog') // [{ step: 0, time: …, data: { loss: 0.5 } }]
 * got.last('onStop')?.state // 'finished'
 * ```
 */
export function recorder(more: Partial<Callback> = {}): Recorder {
  const moments: RecordedMoment[] = []
  const files = new Map<string, Uint8Array>()
  const waiting = new Set<() => void>()
  const of = <M extends Moment>(moment: M): PayloadOfMoment<M>[] =>
    moments.filter((one) => one.moment === moment).map((one) => one.payload as PayloadOfMoment<M>)
  const when = async <M extends Moment>(moment: M, count = 1): Promise<PayloadOfMoment<M>> => {
    for (;;) {
      const payloads = of(moment)
      if (payloads.length >= count) return payloads[count - 1]!
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  const noting = (moment: Moment): unknown =>
    function (this: unknown, ...given: unknown[]): unknown {
      const { place } = given.at(-1) as CallbackContext
      moments.push({ moment, place, payload: moment === 'onClose' ? undefined : given[0] } as RecordedMoment)
      for (const look of waiting) look()
      waiting.clear()
      return (more[moment] as ((...given: unknown[]) => unknown) | undefined)?.apply(this, given)
    }
  const methods = Object.fromEntries((Object.keys(MOMENTS) as Moment[]).map((moment) => [moment, noting(moment)]))
  const storeMedia = ({ key, step, time, kind, items }: MediaDraft): MediaRecord => {
    const data = items.map(({ bytes, extension }) => {
      const path = `media/${kind}/${files.size}.${extension}`
      files.set(path, bytes)
      return path
    })
    return { key, step, time, data, more: items.map((item) => item.more) }
  }
  const last: Recorder['last'] = (moment) => of(moment).at(-1)
  return { name: 'recorder', storeMedia, ...more, ...methods, moments, files, of, last, when }
}
