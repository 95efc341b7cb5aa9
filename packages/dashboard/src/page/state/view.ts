import type { Grouping, Smoothing, XAxis } from '../../protocol/series.ts'
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import { flagCodec, listCodec, numberCodec, textCodec, wordCodec, type Codec } from './address.ts'
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

/** `ema:.9`, `time:.9`, `window:51`; with `:log`, in the logarithm. */
const smoothingCodec: Codec<Smoothing> = {
  parse: (text) => {
    const { kind, amount, log } =
      /^(?<kind>ema|time|window):(?<amount>[\d.]{1,20})(?<log>:log)?$/.exec(text)?.groups ?? {}
    return smoothingOf(kind === 'time' ? 'time-ema' : (kind as Smoothing['kind']), Number(amount), log !== undefined)
  },
  format: (how) => `${how.kind === 'time-ema' ? 'time' : how.kind}:${amountText(how)}${how.log ? ':log' : ''}`,
}

/** @param amount - Weight, or points of the window. @returns undefined when there is no such. */
function smoothingOf(kind: Smoothing['kind'], amount: number, log: boolean): Smoothing | undefined {
  const how = log ? { log } : {}
  if (kind === 'window')
    return amount >= 1 && amount <= 100_000 ? { kind, size: Math.round(amount), ...how } : undefined
  return amount >= 0 && amount < 1 ? { kind, weight: amount, ...how } : undefined
}

/** How much it is, as somebody writes it. */
export function amountText(how: Smoothing): string {
  return how.kind === 'window' ? String(how.size) : String(how.weight).replace(/^0\./, '.')
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
/** True: x is laid out by its logarithm. Points of time have none. */
export const logX = viewParam('logx', flagCodec, false)
export const hasLogX: ReadonlySignal<boolean> = computed(() => logX.value && xAxis.value.kind !== 'wall')
/** What two fingers, or keys, look at meanwhile: the address is told when they are done. */
export const passingZoom = signal<readonly [from: number, to: number] | undefined>(undefined)
export const pinned = viewParam<readonly string[]>('pin', listCodec, [])
export const logCharts = viewParam<readonly string[]>('log', listCodec, [])
export const yRanges = viewParam<ReadonlyMap<string, YRange>>('y', rangesCodec, new Map())
/** Charts whose y axis shows where nearly all points are. */
export const trimmedCharts = viewParam<readonly string[]>('outliers', listCodec, [])
export const closedSections = viewParam<readonly string[]>('closed', listCodec, [])
/** The chart that fills the window. */
export const fullChart = optionalViewParam('chart', textCodec, { step: true })

export const isZoomed: ReadonlySignal<boolean> = computed(
  () => zoomFrom.value !== undefined || zoomTo.value !== undefined,
)

export function zoomIn(from: number | undefined, to: number | undefined): void {
  batch(() => {
    passingZoom.value = undefined
    zoomFrom.value = from
    zoomTo.value = to
  })
}

export function resetZoom(): void {
  zoomIn(undefined, undefined)
}

export function setYRange(key: string, range: YRange): void {
  const next = new Map(yRanges.value)
  if (range.from === undefined && range.to === undefined) next.delete(key)
  else next.set(key, range)
  yRanges.value = next
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
  setAmount(kind, at === 0 ? 0 : (kind === 'window' ? WINDOWS : WEIGHTS)[at]!)
}

/** @param amount - Weight, or points of the window; what is none of either smooths nothing. */
export function setAmount(kind: Smoothing['kind'], amount: number): void {
  const least = kind === 'window' ? 1 : 0
  smoothing.value = amount > least ? smoothingOf(kind, amount, smoothing.value?.log === true) : undefined
}
