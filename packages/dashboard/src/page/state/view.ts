import type { Grouping, Smoothing, XAxis } from '../../protocol/series.ts'
import { batch, computed, type ReadonlySignal } from '@preact/signals'
import { listCodec, numberCodec, textCodec, wordCodec, type Codec } from './address.ts'
import { optionalViewParam, viewParam } from './location.ts'

export const TABS = ['charts', 'table', 'compare', 'alerts'] as const
export type Tab = (typeof TABS)[number]

/** Weights that the slider stops at. */
export const WEIGHTS = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999] as const
/** Points of a centred window, at the same places of the slider. */
export const WINDOWS = [1, 3, 5, 9, 15, 25, 51, 101, 251, 501, 1001] as const

const axisCodec: Codec<XAxis> = {
  parse: (text) => {
    if (text === 'step' || text === 'relative' || text === 'wall') return { kind: text }
    return text.startsWith('key:') ? { kind: 'metric', key: text.slice(4) } : undefined
  },
  format: (axis) => (axis.kind === 'metric' ? `key:${axis.key}` : axis.kind),
}

/** `ema:.9`, `time:.9`, `window:51`. */
const smoothingCodec: Codec<Smoothing> = {
  parse: (text) => {
    const { kind, amount } = /^(?<kind>ema|time|window):(?<amount>[\d.]{1,20})$/.exec(text)?.groups ?? {}
    const value = Number(amount)
    if (kind === 'window') return value >= 1 && value <= 100_000 ? { kind, size: Math.round(value) } : undefined
    if (!(value >= 0 && value < 1)) return undefined
    return { kind: kind === 'ema' ? 'ema' : 'time-ema', weight: value }
  },
  format: (how) =>
    how.kind === 'window'
      ? `window:${how.size}`
      : `${how.kind === 'ema' ? 'ema' : 'time'}:${String(how.weight).replace(/^0/, '')}`,
}

/** `train/loss:0..1.5`; one of the ends may be open. */
const rangesCodec: Codec<ReadonlyMap<string, YRange>> = {
  parse: (text) => {
    const ranges = new Map<string, YRange>()
    for (const item of listCodec.parse(text) ?? []) {
      const { key, from = '', to = '' } = /^(?<key>.+):(?<from>[^:]*)\.\.(?<to>[^:]*)$/.exec(item)?.groups ?? {}
      if (key !== undefined) ranges.set(key, { from: numberCodec.parse(from), to: numberCodec.parse(to) })
    }
    return ranges
  },
  format: (ranges) => {
    const end = (value: number | undefined): string => (value === undefined ? '' : numberCodec.format(value))
    return listCodec.format(Array.from(ranges, ([key, { from, to }]) => `${key}:${end(from)}..${end(to)}`))
  },
}

/** Ends of a y axis; an end that is absent is where the lines are. */
export interface YRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export const tab = viewParam<Tab>('tab', wordCodec(TABS), 'charts', { step: true })
/** What is typed above the charts: part of a key, or a regular expression. */
export const metricFilter = viewParam('metrics', textCodec, '')
/** Key of the configuration whose values make groups of runs. */
export const groupBy = optionalViewParam('group', textCodec)
export const groupLine = viewParam<Grouping['line']>('line', wordCodec(['mean', 'median']), 'mean')
export const groupBand = viewParam<Grouping['band']>('band', wordCodec(['min-max', 'std', 'stderr']), 'min-max')
const STEP: XAxis = { kind: 'step' }
export const xAxis = viewParam<XAxis>('x', axisCodec, STEP)
export const smoothing = optionalViewParam('smooth', smoothingCodec)
/** What is looked at of the x axis, in its own unit. */
export const zoomFrom = optionalViewParam('from', numberCodec, { step: true })
export const zoomTo = optionalViewParam('to', numberCodec, { step: true })
export const pinned = viewParam<readonly string[]>('pin', listCodec, [])
export const logCharts = viewParam<readonly string[]>('log', listCodec, [])
export const yRanges = viewParam<ReadonlyMap<string, YRange>>('y', rangesCodec, new Map())
export const closedSections = viewParam<readonly string[]>('closed', listCodec, [])
/** The chart that fills the window. */
export const fullChart = optionalViewParam('chart', textCodec, { step: true })

export const isZoomed: ReadonlySignal<boolean> = computed(
  () => zoomFrom.value !== undefined || zoomTo.value !== undefined,
)

export function zoomIn(from: number, to: number): void {
  batch(() => {
    zoomFrom.value = from
    zoomTo.value = to
  })
}

export function resetZoom(): void {
  batch(() => {
    zoomFrom.value = undefined
    zoomTo.value = undefined
  })
}

/** A zoom is of the axis that it was made on. */
export function setXAxis(axis: XAxis): void {
  batch(() => {
    xAxis.value = axis.kind === 'step' ? STEP : axis
    resetZoom()
  })
}

/** The list with `item` in it, or without. */
export function toggled(items: readonly string[], item: string): readonly string[] {
  return items.includes(item) ? items.filter((one) => one !== item) : [...items, item]
}

/** Place of the slider. */
export function smoothingStop(): number {
  const how = smoothing.value
  if (how === undefined) return 0
  const stops: readonly number[] = how.kind === 'window' ? WINDOWS : WEIGHTS
  const amount = how.kind === 'window' ? how.size : how.weight
  const at = stops.findIndex((stop) => stop >= amount)
  return at < 0 ? stops.length - 1 : at
}

export function setSmoothing(kind: Smoothing['kind'], stop: number): void {
  const at = Math.max(0, Math.min(WEIGHTS.length - 1, stop))
  if (at === 0) smoothing.value = undefined
  else smoothing.value = kind === 'window' ? { kind, size: WINDOWS[at]! } : { kind, weight: WEIGHTS[at]! }
}
