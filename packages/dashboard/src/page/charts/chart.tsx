import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { JSX, RefObject } from 'preact'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import { Icon } from '../parts/icons.tsx'
import { lazy } from '../parts/lazy.tsx'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { isDark, language } from '../state/preferences.ts'
import {
  fullChart,
  logCharts,
  pinned,
  resetZoom,
  setYRange,
  toggled,
  trimmedCharts,
  xAxis,
  yRanges,
  zoomIn,
} from '../state/view.ts'
import { formatPercent } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { alertMarks } from './alert-marks.ts'
import { captionOf } from './caption.ts'
import { ChartData } from './chart-data.ts'
import { cursor, highlighted } from './cursor.ts'
import { Plot } from './plot.ts'
import { readingsAt, snap } from './readings.ts'
import { roundedRange, xScaleOf, yRangeOf } from './scales.ts'
import { nameOfLine, strokeOfLine } from './stroke-of-line.ts'

const ChartMenu = lazy(() => import('./chart-menu.tsx'), true)
const ChartTable = lazy(() => import('./chart-table.tsx'))
const Tooltip = lazy(() => import('./tooltip.tsx'), true)

/** Runs that an alert's mark is looked for around the pointer, in pixels. */
const NEAR = 5

export interface ChartProps {
  /** Key of the metric. */
  readonly name: string
  /** It fills the window. */
  readonly full?: boolean | undefined
}

/** One metric of all runs that are drawn. */
export function Chart({ name, full = false }: ChartProps): JSX.Element {
  const data = useMemo(() => new ChartData(name), [name])
  useEffect(() => () => data.close(), [data])
  const host = useRef<HTMLDivElement>(null)
  const asTable = useSignal(false)
  const menuOpen = useSignal(false)
  const caption = useId()
  const plot = usePlot(data, host, asTable.value)
  return (
    <figure class={`chart${full ? ' full' : ''}`} data-key={name}>
      <figcaption>
        <strong class="cut" title={name}>
          {name}
        </strong>
        <span class="unseen" id={caption}>
          {captionOf(name)}
        </span>
        <ReadingPart data={data} />
        {trimmedCharts.value.includes(name) && (
          <span class="quiet small" title={t('chart.trimmedHelp')}>
            1–99 %
          </span>
        )}
        <ChartButtons name={name} full={full} menuOpen={menuOpen} />
      </figcaption>
      {menuOpen.value && <ChartMenu name={name} data={data} plot={plot} asTable={asTable} open={menuOpen} />}
      {asTable.value ? (
        <ChartTable name={name} />
      ) : (
        <div class="plot-area">
          <div
            class="plot"
            ref={host}
            tabIndex={0}
            role="application"
            aria-label={`${name}. ${t('chart.howKeys')}`}
            aria-describedby={caption}
            onKeyDown={(event) => onKey(event, data)}
            onBlur={() => (cursor.value = undefined)}
          />
          <PlotMessage data={data} />
          <ChartTooltip data={data} plot={plot} host={host} />
        </div>
      )}
      {full && <Legend data={data} />}
    </figure>
  )
}

const KEYS: ReadonlySet<string> = new Set([
  ...['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'],
  ...['+', '=', '-', '_', 'Escape'],
])

/** One for all: of two imports under way, the later may be there first, and keys would change their order. */
let chartKeys: Promise<typeof import('./chart-keys.ts')> | undefined

function onKey(event: KeyboardEvent, data: ChartData): void {
  const { key, ctrlKey, metaKey, altKey } = event
  if (!KEYS.has(key) || ctrlKey || metaKey || altKey) return
  // What Escape closes is closed all the same.
  if (key !== 'Escape') event.preventDefault()
  chartKeys ??= import('./chart-keys.ts')
  chartKeys.then(
    ({ onChartKey }) => onChartKey(key, data),
    () => (chartKeys = undefined),
  )
}

function usePlot(
  data: ChartData,
  host: RefObject<HTMLDivElement | null>,
  hidden: boolean,
): { readonly current: Plot | null } {
  const plot = useRef<Plot>(null)
  const ready = useSignal(0)
  const name = data.key
  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = new Plot(element, {
      onPoint: (x) => {
        if (x === undefined) {
          if (cursor.peek()?.chart === name && !cursor.peek()!.spoken) cursor.value = undefined
        } else cursor.value = { x: snap(data.lines.peek(), x), chart: name, spoken: false }
      },
      onZoom: (from, to) => zoomIn(...roundedRange(from, to)),
      onZoomY: (low, high) => {
        const [from, to] = roundedRange(low, high)
        setYRange(name, { from, to })
      },
      onReset: () => {
        resetZoom()
        setYRange(name, {})
      },
      onReady: (over) => {
        if (navigator.maxTouchPoints > 0)
          void import('./two-fingers.ts').then(({ zoomWithFingers }) => zoomWithFingers(over, data))
      },
    })
    plot.current = made
    const sizes = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      data.width.value = Math.round(width * Math.min(2, devicePixelRatio))
      made.resize(width, height)
    })
    sizes.observe(element)
    ready.value++
    return () => {
      sizes.disconnect()
      made.close()
      plot.current = null
    }
  }, [data, hidden])
  useSignalEffect(() => {
    void ready.value
    void data.added.value
    void [isDark(), language.value]
    const [view, lines] = [data.view.value, data.lines.value]
    if (!view || !plot.current) return
    const log = logCharts.value.includes(name)
    const [from, to] = yRangeOf(lines, view, log, yRanges.value.get(name), trimmedCharts.value.includes(name))
    plot.current.show({
      lines,
      axis: xAxis.value,
      x: xScaleOf(view, data.logFrom.value),
      y: { from, to, log },
      strokeOf: strokeOfLine,
      verticals: alertMarks(),
      highlighted: highlighted.value,
    })
  })
  useSignalEffect(() => {
    void ready.value
    plot.current?.point(cursor.value?.x)
  })
  return plot
}

/** Only this is drawn again when the pointer moves. */
function ChartTooltip({
  data,
  plot,
  host,
}: {
  data: ChartData
  plot: { readonly current: Plot | null }
  host: RefObject<HTMLDivElement | null>
}): JSX.Element | null {
  const mine = useComputed(() => (cursor.value?.chart === data.key ? cursor.value : undefined))
  const at = mine.value
  const view = data.view.value
  if (!at || !view || !plot.current || !host.current) return null
  const width = host.current.clientWidth
  const pixel = (view[1] - view[0]) / Math.max(1, width)
  void data.added.value
  return (
    <Tooltip
      x={at.x}
      left={plot.current.leftOf(at.x)}
      width={width}
      pixel={pixel}
      readings={readingsAt(data.lines.value, at.x, pixel)}
      alerts={alertMarks().filter((mark) => Math.abs(mark.x - at.x) <= NEAR * pixel)}
    />
  )
}

/** Where the list of runs is out of sight. */
function Legend({ data }: { readonly data: ChartData }): JSX.Element {
  const lines = data.lines.value
  const hasGroups = lines.some(({ group }) => group)
  return (
    <ul class="legend">
      {lines
        .filter(({ group }) => group || !hasGroups)
        .map((line) => (
          <li
            key={line.run}
            onPointerEnter={() => (highlighted.value = line.run)}
            onPointerLeave={() => (highlighted.value = undefined)}
          >
            <StrokeSample stroke={strokeOfLine(line)} /> <span class="cut">{nameOfLine(line)}</span>
          </li>
        ))}
    </ul>
  )
}

function PlotMessage({ data }: { readonly data: ChartData }): JSX.Element | null {
  if (data.failure.value !== undefined)
    return <p class="plot-message">{t('chart.failed', { message: data.failure.value })}</p>
  if (!data.loaded.value) return null
  return data.view.value ? null : <p class="plot-message quiet">{t('chart.nothing')}</p>
}

function ReadingPart({ data }: { readonly data: ChartData }): JSX.Element | null {
  const least = data.lines.value.reduce((part, { indexed }) => Math.min(part, indexed), 1)
  if (least >= 1) return null
  return <span class="quiet small">{t('reading.part', { percent: formatPercent(least) })}</span>
}

function ChartButtons({
  name,
  full,
  menuOpen,
}: {
  name: string
  full: boolean
  menuOpen: { value: boolean }
}): JSX.Element {
  const isPinned = pinned.value.includes(name)
  const isLog = logCharts.value.includes(name)
  return (
    <span class="chart-buttons">
      <button
        type="button"
        class="button small"
        aria-pressed={isLog}
        aria-label={t('chart.log')}
        title={t('chart.log')}
        onClick={() => (logCharts.value = toggled(logCharts.value, name))}
      >
        log
      </button>
      <button
        type="button"
        class="button icon-button"
        aria-pressed={isPinned}
        aria-label={t(isPinned ? 'chart.unpin' : 'chart.pin')}
        title={t(isPinned ? 'chart.unpin' : 'chart.pin')}
        onClick={() => (pinned.value = toggled(pinned.value, name))}
      >
        <Icon name="pin" />
      </button>
      <button
        type="button"
        class="button icon-button"
        aria-label={t(full ? 'chart.fullClose' : 'chart.full')}
        title={t(full ? 'chart.fullClose' : 'chart.full')}
        onClick={() => (fullChart.value = full ? undefined : name)}
      >
        <Icon name={full ? 'close' : 'full'} />
      </button>
      <button
        type="button"
        class="button icon-button"
        aria-expanded={menuOpen.value}
        aria-label={t('chart.menu', { key: name })}
        title={t('chart.menu', { key: name })}
        onClick={() => (menuOpen.value = !menuOpen.value)}
      >
        <Icon name="more" />
      </button>
    </span>
  )
}
