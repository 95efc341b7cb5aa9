import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { ChartSlot } from '../charts/chart-slot.tsx'
import { Chart } from '../charts/chart.tsx'
import { pinnedKeys, sections, type Section } from '../charts/sections.ts'
import { Icon } from '../parts/icons.tsx'
import { Notice } from '../parts/notice.tsx'
import { Spoken } from '../parts/spoken.tsx'
import { metricKeys, waitingForDetails } from '../state/details.ts'
import { drawnKeys, listedRuns } from '../state/runs.ts'
import { closedSections, fullChart, metricFilter, toggled } from '../state/view.ts'
import { t } from '../text/i18n.ts'

/** Charts of a section that have a place at first; of 10,000, the others are asked for. */
const AT_FIRST = 60

/** Every chart of the view, by section. */
export function ChartSections(): JSX.Element {
  if (drawnKeys.value.length === 0)
    return <Notice title={t(listedRuns.value.length === 0 ? 'runs.none' : 'empty.chosen')} />
  if (metricKeys.value.length === 0)
    return waitingForDetails.value ? (
      <p class="notice quiet">{t('loading.charts')}</p>
    ) : (
      <Notice title={t('chart.nothing')}>
        <p>{t('empty.metrics')}</p>
      </Notice>
    )
  if (sections.value.length === 0)
    return (
      <Notice title={t('empty.noMetric')}>
        <p>
          <button type="button" class="button outlined" onClick={() => (metricFilter.value = '')}>
            {t('runs.clear')}
          </button>
        </p>
      </Notice>
    )
  return (
    <>
      {pinnedKeys.value.length > 0 && (
        <ChartSection id="" section={{ name: t('charts.pinned'), keys: pinnedKeys.value }} />
      )}
      {sections.value.map((section) => (
        <ChartSection key={section.name} id={section.name} section={section} />
      ))}
    </>
  )
}

function ChartSection({
  id,
  section: { name, keys },
}: {
  readonly id: string
  readonly section: Section
}): JSX.Element {
  const most = useSignal(AT_FIRST)
  const heading = useId()
  const isClosed = closedSections.value.includes(id)
  const shown = keys.slice(0, most.value)
  return (
    <section class="chart-section" aria-labelledby={heading}>
      <h2 id={heading}>
        <button
          type="button"
          class="button"
          aria-expanded={!isClosed}
          aria-label={t('charts.section', { name, n: keys.length })}
          onClick={() => (closedSections.value = toggled(closedSections.value, id))}
        >
          <span class={`turning${isClosed ? ' turned' : ''}`}>
            <Icon name="down" />
          </span>
          <span class="cut">{name}</span> <span class="quiet">{keys.length}</span>
        </button>
      </h2>
      {!isClosed && (
        <div class="chart-grid">
          {shown.map((key) => (
            <ChartSlot key={key} name={key} />
          ))}
        </div>
      )}
      {!isClosed && keys.length > shown.length && (
        <button type="button" class="button outlined" onClick={() => (most.value += AT_FIRST)}>
          {t('charts.more', { n: Math.min(AT_FIRST, keys.length - shown.length), all: keys.length })}
        </button>
      )}
    </section>
  )
}

/** One chart over everything; Escape and Back lead out of it. @param children - What stands above it. */
export function FullChart({
  name,
  children,
}: {
  readonly name: string
  readonly children?: ComponentChildren
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current!.showModal()
    dialog.current!.querySelector<HTMLElement>('.plot')?.focus()
  }, [])
  return (
    <dialog class="full-chart" ref={dialog} aria-label={name} onClose={() => (fullChart.value = undefined)}>
      {children}
      <Chart name={name} full />
      <Spoken />
    </dialog>
  )
}
