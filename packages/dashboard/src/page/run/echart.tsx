import {
  BarChart,
  BoxplotChart,
  CandlestickChart,
  EffectScatterChart,
  FunnelChart,
  GaugeChart,
  GraphChart,
  HeatmapChart,
  LineChart,
  LinesChart,
  ParallelChart,
  PictorialBarChart,
  PieChart,
  RadarChart,
  SankeyChart,
  ScatterChart,
  SunburstChart,
  ThemeRiverChart,
  TreeChart,
  TreemapChart,
} from 'echarts/charts'
import {
  AxisPointerComponent,
  CalendarComponent,
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  ParallelComponent,
  PolarComponent,
  RadarComponent,
  SingleAxisComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { JsonValue } from '@swanlab/core'
import { isDark } from '../state/preferences.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { safeOption, type SafeOption } from './chart-option.ts'
import { Tree } from './tree.tsx'

// Without what writes HTML (toolbox), evaluates code (maps), or takes patterns and code from an option (transforms, custom).
use([
  ...[BarChart, BoxplotChart, CandlestickChart, EffectScatterChart, FunnelChart, GaugeChart, GraphChart, HeatmapChart],
  ...[LineChart, LinesChart, ParallelChart, PictorialBarChart, PieChart, RadarChart, SankeyChart, ScatterChart],
  ...[SunburstChart, ThemeRiverChart, TreeChart, TreemapChart],
  ...[AxisPointerComponent, CalendarComponent, DatasetComponent, DataZoomComponent, GridComponent, LegendComponent],
  ...[MarkAreaComponent, MarkLineComponent, MarkPointComponent, ParallelComponent, PolarComponent, RadarComponent],
  ...[SingleAxisComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer],
])

/** A chart as somebody's program described it, and the description. */
export default function EChart({ value, title }: { readonly value: object; readonly title: string }): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const safe = useMemo(() => safeOption(value as Record<string, JsonValue>), [value])
  const [failure, setFailure] = useState<string>()
  const dark = isDark()
  useEffect(() => {
    if (!('option' in safe)) return
    const root = place.current!
    emptiedAsNodes(root)
    const chart = init(root, dark ? 'dark' : undefined)
    try {
      chart.setOption({ backgroundColor: 'transparent', ...safe.option })
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
    const sizes = new ResizeObserver(() => chart.resize())
    sizes.observe(root)
    return () => {
      sizes.disconnect()
      chart.dispose()
    }
  }, [safe, dark])
  return (
    <>
      {'option' in safe && failure === undefined ? (
        <div class="echart" ref={place} role="img" aria-label={title} />
      ) : (
        <p class="quiet">{failure === undefined ? whyNot(safe) : t('error.failed', { message: failure })}</p>
      )}
      <details>
        <summary>{say('media.option')}</summary>
        <Tree value={value as JsonValue} label={`${title}. ${say('media.option')}`} />
      </details>
    </>
  )
}

function whyNot(safe: SafeOption): string {
  if ('why' in safe && safe.why === 'series') return say('media.noSeries', { type: safe.type })
  return say('media.optionLarge')
}

/** The library empties its place by an empty text of HTML, and the page's policy takes no text for HTML. */
function emptiedAsNodes(root: HTMLElement): void {
  Object.defineProperty(root, 'innerHTML', {
    configurable: true,
    set: () => {
      root.replaceChildren()
    },
  })
}
