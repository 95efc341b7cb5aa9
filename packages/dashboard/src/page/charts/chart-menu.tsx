import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { numberCodec } from '../state/address.ts'
import {
  setYRange,
  toggled,
  trimmedCharts,
  xAxis,
  yRanges,
  zoomFrom,
  zoomIn,
  zoomTo,
  type YRange,
} from '../state/view.ts'
import { isTime } from '../text/format.ts'
import { tell } from '../text/charts.ts'
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
  const isTrimmed = trimmedCharts.value.includes(name)
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
      <Range
        title={tell('chart.range')}
        range={yRanges.value.get(name) ?? {}}
        onChange={(range) => setYRange(name, range)}
      />
      <Range
        title={tell('chart.xRange')}
        range={{ from: zoomFrom.value, to: zoomTo.value }}
        time={xAxis.value.kind === 'wall'}
        onChange={({ from, to }) => zoomIn(from, to)}
      />
      <label class="check" title={t('chart.trimmedHelp')}>
        <input
          type="checkbox"
          checked={isTrimmed}
          onChange={() => (trimmedCharts.value = toggled(trimmedCharts.value, name))}
        />
        {tell('chart.trimmed')}
      </label>
      <fieldset>
        <legend>{tell('chart.export')}</legend>
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
        {tell(asTable.value ? 'chart.noTable' : 'chart.table')}
      </button>
      {failure !== undefined && <p role="alert">{t('error.failed', { message: failure })}</p>}
    </div>
  )
}

/** @param time - Its ends are milliseconds since 1970. */
function Range({
  title,
  range: { from, to },
  time = false,
  onChange,
}: {
  readonly title: string
  readonly range: YRange
  readonly time?: boolean
  readonly onChange: (range: YRange) => void
}): JSX.Element {
  return (
    <fieldset>
      <legend>{title}</legend>
      <RangeEnd
        label={tell('chart.from')}
        value={from}
        time={time}
        fits={(value) => to === undefined || value < to}
        onChange={(value) => onChange({ from: value, to })}
      />
      <RangeEnd
        label={tell('chart.to')}
        value={to}
        time={time}
        fits={(value) => from === undefined || value > from}
        onChange={(value) => onChange({ from, to: value })}
      />
      <button type="button" class="button" onClick={() => onChange({})}>
        {tell('chart.auto')}
      </button>
    </fieldset>
  )
}

/** What is no number, or beyond the other end, is not taken, and shows that. */
function RangeEnd({
  label,
  value,
  time,
  fits,
  onChange,
}: {
  readonly label: string
  readonly value: number | undefined
  readonly time: boolean
  readonly fits: (value: number) => boolean
  readonly onChange: (value: number | undefined) => void
}): JSX.Element {
  const [wrong, setWrong] = useState(false)
  const take = (text: string): void => {
    const next = time && text !== '' ? Date.parse(text) : numberCodec.parse(text)
    const isWrong = text !== '' && (next === undefined || Number.isNaN(next) || !fits(next))
    setWrong(isWrong)
    if (!isWrong) onChange(next)
  }
  return (
    <label>
      {label}
      {time ? (
        <input
          class="field time"
          type="datetime-local"
          step={1}
          aria-invalid={wrong}
          value={value === undefined ? '' : localTime(value)}
          onChange={({ currentTarget }) => take(currentTarget.value)}
        />
      ) : (
        <input
          class="field number"
          inputMode="decimal"
          aria-invalid={wrong}
          value={value === undefined ? '' : numberCodec.format(value)}
          placeholder={tell('chart.auto')}
          onChange={({ currentTarget }) => take(currentTarget.value.trim())}
        />
      )}
    </label>
  )
}

/** As a field for times takes it: `2026-01-31T13:45:00`. */
function localTime(milliseconds: number): string {
  const offset = new Date(milliseconds).getTimezoneOffset() * 60_000
  return isTime(milliseconds - offset) ? new Date(milliseconds - offset).toISOString().slice(0, 19) : ''
}
