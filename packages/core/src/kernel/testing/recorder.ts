import type { Callback } from '../../contract/callback.ts'
import { MOMENTS, type Moment } from '../../contract/moments.ts'

/** What one callback has received: a moment, and what distinguishes its payload. */
export type ReceivedMoment = string

/** Those of every run and callback; opening, closing and the terminal are the recorders' affair. */
export const ALL_MOMENTS: readonly Moment[] = (Object.keys(MOMENTS) as Moment[]).filter(
  (moment) => !['onOpen', 'onConsole', 'onClose'].includes(moment),
)
export const SYNC_MOMENTS: readonly Moment[] = ALL_MOMENTS.filter((moment) => !MOMENTS[moment].awaited)
export const AWAITED_MOMENTS: readonly Moment[] = ALL_MOMENTS.filter((moment) => MOMENTS[moment].awaited)

/** A callback with every moment, and writes it down. */
export function recorder(
  name: string,
  received: ReceivedMoment[] = [],
): Callback & { readonly received: ReceivedMoment[] } {
  const methods = Object.fromEntries(
    ALL_MOMENTS.map((moment) => [
      moment,
      (payload: unknown) => {
        received.push(noted(moment, payload))
      },
    ]),
  )
  return { name, ...methods, received }
}

/** One line that distinguishes a moment from others of its kind. */
export function noted(moment: Moment, payload: unknown): ReceivedMoment {
  const { data, key, title, value, config, metadata, state, cause, text } = (payload ?? {}) as Record<string, unknown>
  const details: Record<Moment, unknown> = {
    onInit: undefined,
    onOpen: undefined,
    onClose: undefined,
    onConsole: text,
    onRun: undefined,
    onRuntimeInfoUpdate: config ?? (metadata ? 'metadata' : 'requirements'),
    onColumnCreate: key,
    onLog: data,
    onMedia: data,
    onMetricCreate: value,
    onAlert: title,
    onError: (cause as { type?: unknown } | undefined)?.type,
    onStop: state,
  }
  const detail = details[moment]
  return detail === undefined ? moment : `${moment} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`
}
