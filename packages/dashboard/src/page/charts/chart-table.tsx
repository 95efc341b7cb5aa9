import type { JSX } from 'preact'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { runOf } from '../state/runs.ts'
import { formatCount, formatValue } from '../text/format.ts'
import { tell } from '../text/charts.ts'
import { t } from '../text/i18n.ts'
import { summariesOf } from './caption.ts'
import { strokeOfRun } from './colors.ts'

/** What a chart shows, as a table: for whoever cannot see it, or wants numbers. */
export default function ChartTable({ name }: { readonly name: string }): JSX.Element {
  const at = (value: number | undefined, step: number | undefined): string =>
    value === undefined ? '–' : `${formatValue(value)} (${t('runs.step', { step: formatCount(step ?? 0) })})`
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={name}>
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{tell('chart.run')}</th>
            <th scope="col" class="number">
              {tell('chart.last')}
            </th>
            <th scope="col" class="number">
              {tell('chart.lowest')}
            </th>
            <th scope="col" class="number">
              {tell('chart.highest')}
            </th>
            <th scope="col" class="number">
              {tell('chart.points')}
            </th>
          </tr>
        </thead>
        <tbody>
          {summariesOf(name).map(({ run, last, min, minStep, max, maxStep, count }) => (
            <tr key={run}>
              <th scope="row">
                <span class="row-name">
                  <StrokeSample stroke={strokeOfRun(run)} /> {runOf(run)?.name}
                </span>
              </th>
              <td class="number">{last === undefined ? '–' : formatValue(last)}</td>
              <td class="number">{at(min, minStep)}</td>
              <td class="number">{at(max, maxStep)}</td>
              <td class="number">{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
