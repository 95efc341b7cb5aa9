import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useId, useRef } from 'preact/hooks'
import type { Smoothing } from '../../protocol/series.ts'
import { saveOpen } from '../keys/open.ts'
import { Icon } from '../parts/icons.tsx'
import { lazy } from '../parts/lazy.tsx'
import { keyFilter } from '../charts/sections.ts'
import { metricKeys } from '../state/details.ts'
import {
  amountText,
  groupBy,
  isZoomed,
  logX,
  metricFilter,
  resetZoom,
  setAmount,
  setSmoothing,
  setXAxis,
  smoothing,
  smoothingStop,
  WEIGHTS,
  WINDOWS,
  xAxis,
} from '../state/view.ts'
import { t } from '../text/i18n.ts'
import { SearchField } from '../parts/search-field.tsx'

const GroupChoice = lazy(() => import('./group-choice.tsx'), true)

/** Keys that a chart's x axis can be chosen from; of more, those that the filter leaves are enough. */
const MOST_AXES = 200

export function ChartsToolbar(): JSX.Element {
  return (
    <div class="charts-toolbar">
      <SearchField id="metric-filter" text={metricFilter} label={t('charts.filter')} />
      <XAxisChoice />
      <SmoothingChoice />
      {groupBy.value !== undefined && <GroupChoice />}
      {isZoomed.value && (
        <button type="button" class="button outlined" onClick={resetZoom}>
          {t('charts.resetZoom')}
        </button>
      )}
      <button
        type="button"
        class="button icon-button"
        aria-label={t('keys.save')}
        title={t('keys.save')}
        onClick={() => (saveOpen.value = true)}
      >
        <Icon name="save" />
      </button>
    </div>
  )
}

function XAxisChoice(): JSX.Element {
  const axis = xAxis.value
  const value = axis.kind === 'metric' ? `key:${axis.key}` : axis.kind
  const change = (text: string): void => {
    if (text === 'step' || text === 'relative' || text === 'wall') setXAxis({ kind: text })
    else setXAxis({ kind: 'metric', key: text.slice('key:'.length) })
  }
  const filter = keyFilter(metricFilter.value)
  const all = metricKeys.value
  const keys = (all.length > MOST_AXES ? all.filter(({ key }) => filter(key)) : all)
    .slice(0, MOST_AXES)
    .map(({ key }) => key)
  if (axis.kind === 'metric' && !keys.includes(axis.key)) keys.unshift(axis.key)
  return (
    <label class="choice">
      {t('charts.x')}
      <select class="field" value={value} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {(['step', 'relative', 'wall'] as const).map((kind) => (
          <option key={kind} value={kind}>
            {t(`charts.x.${kind}`)}
          </option>
        ))}
        <optgroup label={t('palette.metric')}>
          {keys.map((key) => (
            <option key={key} value={`key:${key}`}>
              {key}
            </option>
          ))}
        </optgroup>
      </select>
      {axis.kind !== 'wall' && (
        <LogButton label={t('charts.logX')} on={logX.value} onClick={() => (logX.value = !logX.value)} />
      )}
    </label>
  )
}

function LogButton({
  label,
  on,
  onClick,
}: {
  readonly label: string
  readonly on: boolean
  readonly onClick: () => void
}): JSX.Element {
  return (
    <button type="button" class="button small" aria-pressed={on} aria-label={label} title={label} onClick={onClick}>
      log
    </button>
  )
}

const KINDS = [
  ['ema', 'charts.smooth.ema'],
  ['time-ema', 'charts.smooth.time'],
  ['window', 'charts.smooth.window'],
] as const

/** Milliseconds that the slider rests before it counts: each place costs the server a look at all points. */
const REST = 120

function SmoothingChoice(): JSX.Element {
  const id = useId()
  const how = smoothing.value
  const kind = how?.kind ?? 'ema'
  /** Where the slider is held. */
  const held = useSignal<number | undefined>(undefined)
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined)
  const stop = held.value ?? smoothingStop()
  const amount = held.value === undefined && how ? amountText(how) : stopText(kind, stop)
  const release = (): void => {
    clearTimeout(rest.current)
    if (held.value === undefined) return
    setSmoothing(kind, held.value)
    held.value = undefined
  }
  return (
    <span class="choice">
      <label for={id}>{t('charts.smooth')}</label>
      <select
        class="field"
        aria-label={t('charts.smoothKind')}
        value={kind}
        onChange={({ currentTarget }) =>
          setSmoothing(currentTarget.value as Smoothing['kind'], Math.max(1, smoothingStop()))
        }
      >
        {KINDS.map(([value, text]) => (
          <option key={value} value={value}>
            {t(text)}
          </option>
        ))}
      </select>
      <input
        id={id}
        type="range"
        min={0}
        max={WEIGHTS.length - 1}
        step={1}
        value={stop}
        aria-valuetext={amount}
        onInput={({ currentTarget }) => {
          held.value = Number(currentTarget.value)
          clearTimeout(rest.current)
          rest.current = setTimeout(release, REST)
        }}
        onChange={release}
      />
      <input
        class="field number smooth-amount"
        inputMode="decimal"
        aria-label={t(kind === 'window' ? 'charts.smoothPoints' : 'charts.smoothWeight')}
        value={amount}
        onChange={({ currentTarget }) => {
          setAmount(kind, Number(currentTarget.value))
          // What cannot be is put back.
          currentTarget.value = smoothing.value ? amountText(smoothing.value) : stopText(kind, 0)
        }}
      />
      {how && (
        <LogButton
          label={t('charts.smoothLog')}
          on={how.log === true}
          onClick={() => (smoothing.value = { ...how, log: how.log ? undefined : true })}
        />
      )}
    </span>
  )
}

function stopText(kind: Smoothing['kind'], stop: number): string {
  return kind === 'window' ? String(WINDOWS[stop]!) : String(WEIGHTS[stop]!).replace(/^0\./, '.')
}
