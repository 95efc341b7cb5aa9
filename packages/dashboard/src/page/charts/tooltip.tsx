import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { smoothing, xAxis } from '../state/view.ts'
import { formatValue, formatX } from '../text/format.ts'
import { tell } from '../text/charts.ts'
import { t } from '../text/i18n.ts'
import type { VerticalMark } from './paint.ts'
import type { Reading } from './readings.ts'
import { nameOfLine, strokeOfLine } from './stroke-of-line.ts'

const MOST_ROWS = 14
/** Pixels to the pointer, and to the edge of what scrolls. */
const GAP = 12
const EDGE = 4

export interface TooltipProps {
  readonly x: number
  /** Pixels from the left edge of the chart, and its width. */
  readonly left: number
  readonly width: number
  /** Of a pixel, in x. */
  readonly pixel: number
  readonly readings: readonly Reading[]
  readonly alerts: readonly VerticalMark[]
}

/** What the lines say where the chart is pointed at, beside the pointer. */
export default function Tooltip({ x, left, width, pixel, readings, alerts }: TooltipProps): JSX.Element {
  const shown = readings.slice(0, MOST_ROWS)
  const hasSmooth = smoothing.value !== undefined && shown.some(({ smoothed }) => smoothed !== undefined)
  const hasExtremes = shown.some(({ extremes }) => extremes)
  const hasMembers = shown.some(({ members }) => members !== undefined)
  const tooltip = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => place(tooltip.current!, left, width))
  return (
    <div class="tooltip" ref={tooltip} aria-hidden="true">
      <table>
        <thead>
          <tr>
            <th colSpan={2}>
              {xAxis.value.kind === 'step'
                ? t('runs.step', { step: formatX(x, xAxis.value) })
                : formatX(x, xAxis.value)}
            </th>
            {hasSmooth && <th class="number">{tell('chart.smoothed')}</th>}
            <th class="number">{tell('chart.value')}</th>
            {hasExtremes && <th class="number">{tell('chart.extremes')}</th>}
            {hasMembers && <th class="number">n</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ line, x: at, value, smoothed, extremes, members }) => (
            <tr key={line.run}>
              <td>
                <StrokeSample stroke={strokeOfLine(line)} />
              </td>
              <td class="cut run-name">
                {nameOfLine(line)}
                {at !== x && !line.group && (line.exact || Math.abs(at - x) > pixel) && (
                  <span class="quiet"> {formatX(at, xAxis.value)}</span>
                )}
              </td>
              {hasSmooth && <td class="number">{smoothed === undefined ? '' : formatValue(smoothed)}</td>}
              <td class={`number${hasSmooth ? ' quiet' : ''}`}>{formatValue(value)}</td>
              {hasExtremes && (
                <td class="number quiet">{extremes && `${formatValue(extremes[0])} – ${formatValue(extremes[1])}`}</td>
              )}
              {hasMembers && <td class="number quiet">{members}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {readings.length > MOST_ROWS && <p class="quiet">{tell('chart.others', { n: readings.length - MOST_ROWS })}</p>}
      {alerts.map(({ title }) => (
        <p key={title} class="cut">
          {tell('chart.alert', { title })}
        </p>
      ))}
    </div>
  )
}

/** Beside the pointer, on the side that has more room, and never beyond what scrolls: that would cut it off. */
function place(tooltip: HTMLElement, left: number, width: number): void {
  const wide = tooltip.offsetWidth
  const beside = left > width / 2 ? left - GAP - wide : left + GAP
  const chart = tooltip.offsetParent!.getBoundingClientRect()
  const room = (tooltip.closest('.scroller, dialog') ?? document.documentElement).getBoundingClientRect()
  const [first, last] = [room.left + EDGE - chart.left, room.right - EDGE - wide - chart.left]
  tooltip.style.left = `${Math.max(first, Math.min(last, beside))}px`
}
