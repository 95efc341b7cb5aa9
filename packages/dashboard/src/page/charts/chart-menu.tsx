import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { numberCodec } from '../state/address.ts'
import { yRanges, type YRange } from '../state/view.ts'
import { t } from '../text/i18n.ts'
import type { ChartData } from './chart-data.ts'
import { exportCsv, exportPng, exportSvg } from './export.ts'
import type { Plot } from './plot.ts'

export interface ChartMenuProps {
  readonly name: string
  readonly data: ChartData
  readonly plot: { readonly current: Plot | null }
  readonly asTable: Signal<boolean>
  readonly open: Signal<boolean>
}

/** Settings of one chart, and what can be taken from it. */
export default function ChartMenu({ name, data, plot, asTable, open }: ChartMenuProps): JSX.Element {
  const menu = useRef<HTMLDivElement>(null)
  const [failure, setFailure] = useState<string>()
  useEffect(() => {
    const close = (event: PointerEvent): void => {
      const { target } = event
      const own = menu.current?.closest('.chart')?.querySelector('figcaption')
      if (target instanceof Node && !menu.current?.contains(target) && !own?.contains(target)) open.value = false
    }
    addEventListener('pointerdown', close)
    return () => removeEventListener('pointerdown', close)
  }, [])
  const take = (work: () => Promise<void> | void): void => {
    setFailure(undefined)
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }
  const { from, to } = yRanges.value.get(name) ?? {}
  const setRange = (range: YRange): void => {
    const next = new Map(yRanges.value)
    if (range.from === undefined && range.to === undefined) next.delete(name)
    else next.set(name, range)
    yRanges.value = next
  }
  return (
    <div
      class="chart-menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        open.value = false
      }}
    >
      <fieldset>
        <legend>{t('chart.range')}</legend>
        <RangeEnd label={t('chart.from')} value={from} onChange={(value) => setRange({ from: value, to })} />
        <RangeEnd label={t('chart.to')} value={to} onChange={(value) => setRange({ from, to: value })} />
        <button type="button" class="button" onClick={() => setRange({})}>
          {t('chart.auto')}
        </button>
      </fieldset>
      <fieldset>
        <legend>{t('chart.export')}</legend>
        <button type="button" class="button" onClick={() => take(() => exportPng(name, data, plot.current))}>
          PNG
        </button>
        <button type="button" class="button" onClick={() => take(() => exportSvg(name, data))}>
          SVG
        </button>
        <button type="button" class="button" onClick={() => take(() => exportCsv(name))}>
          CSV
        </button>
      </fieldset>
      <button
        type="button"
        class="button"
        onClick={() => {
          asTable.value = !asTable.value
          open.value = false
        }}
      >
        {t(asTable.value ? 'chart.noTable' : 'chart.table')}
      </button>
      {failure !== undefined && <p role="alert">{t('error.failed', { message: failure })}</p>}
    </div>
  )
}

function RangeEnd({
  label,
  value,
  onChange,
}: {
  readonly label: string
  readonly value: number | undefined
  readonly onChange: (value: number | undefined) => void
}): JSX.Element {
  return (
    <label>
      {label}
      <input
        class="field number"
        inputMode="decimal"
        value={value === undefined ? '' : numberCodec.format(value)}
        placeholder={t('chart.auto')}
        onChange={({ currentTarget }) => onChange(numberCodec.parse(currentTarget.value.trim()))}
      />
    </label>
  )
}
