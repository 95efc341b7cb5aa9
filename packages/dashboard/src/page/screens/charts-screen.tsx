import type { JSX } from 'preact'
import { chosen, drawnKeys } from '../state/runs.ts'
import { fullChart } from '../state/view.ts'
import { t } from '../text/i18n.ts'
import { ChartSections, FullChart } from './chart-sections.tsx'
import { ChartsToolbar } from './charts-toolbar.tsx'

export function ChartsScreen(): JSX.Element {
  return (
    <>
      <ChartsToolbar />
      {chosen.value.length > drawnKeys.value.length && (
        <div class="banner">{t('runs.cap', { shown: drawnKeys.value.length, all: chosen.value.length })}</div>
      )}
      <ChartSections />
      {fullChart.value !== undefined && (
        <FullChart name={fullChart.value}>
          <ChartsToolbar />
        </FullChart>
      )}
    </>
  )
}
