import { say } from '../parts/spoken.tsx'
import { resetZoom, xAxis, zoomIn } from '../state/view.ts'
import { formatValue, formatX } from '../text/format.ts'
import { tell } from '../text/charts.ts'
import type { ChartData } from './chart-data.ts'
import { cursor } from './cursor.ts'
import { nextX, readingsAt, snap, type Reading } from './readings.ts'
import { placing, valueAt } from './scale.ts'
import { roundedRange, xScaleOf } from './scales.ts'
import { nameOfLine } from './stroke-of-line.ts'

const ZOOM = 2

/** Keys on a chart: point by point, by a tenth, to its ends, and nearer or further. */
export function onChartKey(key: string, data: ChartData): void {
  const view = data.view.value
  if (!view) return
  if (key === 'Escape') cursor.value = undefined
  else if (key === '+' || key === '=') zoomBy(1 / ZOOM, data, view)
  else if (key === '-' || key === '_') zoomBy(ZOOM, data, view)
  else {
    const x = movedTo(key, data, view)
    if (x === undefined) return
    cursor.value = { x, chart: data.key, spoken: true }
    say(spokenAt(x, data, view))
  }
}

function movedTo(key: string, data: ChartData, [from, to]: readonly [number, number]): number | undefined {
  const lines = data.lines.value
  const now = cursor.value?.x
  const tenth = (to - from) / 10
  const moves: Readonly<Record<string, () => number>> = {
    ArrowRight: () => (now === undefined ? snap(lines, from) : nextX(lines, now, 1)),
    ArrowLeft: () => (now === undefined ? snap(lines, to) : nextX(lines, now, -1)),
    PageUp: () => snap(lines, (now ?? from) + tenth),
    PageDown: () => snap(lines, (now ?? to) - tenth),
    Home: () => snap(lines, from),
    End: () => snap(lines, to),
  }
  const x = moves[key]?.()
  return x === undefined ? undefined : Math.max(from, Math.min(to, x))
}

/** What is at the cursor stays where it is. */
function zoomBy(times: number, data: ChartData, view: readonly [number, number]): void {
  const scale = xScaleOf(view, data.logFrom.value)
  const at = cursor.value ? Math.max(0, Math.min(1, placing(scale)(cursor.value.x))) : 0.5
  const [first, last] = data.extent.value!
  const from = Math.max(first, valueAt(scale, at - at * times))
  const to = Math.min(last, valueAt(scale, at + (1 - at) * times))
  if (from <= first && to >= last) {
    resetZoom()
    return say(tell('chart.all'))
  }
  const range = roundedRange(from, to)
  zoomIn(...range)
  say(tell('chart.part', { from: formatX(range[0], xAxis.value), to: formatX(range[1], xAxis.value) }))
}

function spokenAt(x: number, data: ChartData, [from, to]: readonly [number, number]): string {
  const readings = readingsAt(data.lines.value, x, (to - from) / Math.max(1, data.width.value))
  return [tell('chart.at', { x: formatX(x, xAxis.value) }), ...readings.map(spoken)].join(', ')
}

function spoken({ line, value, smoothed, members }: Reading): string {
  const parts = [`${nameOfLine(line)} ${formatValue(value)}`]
  if (smoothed !== undefined) parts.push(`${tell('chart.smoothed')} ${formatValue(smoothed)}`)
  if (members !== undefined) parts.push(tell('chart.of', { n: members }))
  return parts.join(', ')
}
