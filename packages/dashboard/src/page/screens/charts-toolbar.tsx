import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Smoothing } from '../../protocol/series.ts'
import { saveOpen } from '../keys/open.ts'
import { Icon } from '../parts/icons.tsx'
import { metricKeys } from '../state/details.ts'
import {
  groupBand,
  groupBy,
  groupLine,
  isZoomed,
  metricFilter,
  resetZoom,
  setSmoothing,
  setXAxis,
  smoothing,
  smoothingStop,
  WEIGHTS,
  WINDOWS,
  xAxis,
} from '../state/view.ts'
import { t } from '../text/i18n.ts'

/** Keys that a chart's x axis can be chosen from; of more, those that the filter leaves are enough. */
const MOST_AXES = 200

export function ChartsToolbar(): JSX.Element {
  return (
    <div class="charts-toolbar">
      <input
        id="metric-filter"
        class="field"
        type="search"
        spellcheck={false}
        autocomplete="off"
        value={metricFilter.value}
        placeholder={t('charts.filter')}
        aria-label={t('charts.filter')}
        onInput={({ currentTarget }) => (metricFilter.value = currentTarget.value)}
      />
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
  const keys = metricKeys.value.slice(0, MOST_AXES).map(({ key }) => key)
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
    </label>
  )
}

const KINDS = [
  ['ema', 'charts.smooth.ema'],
  ['time-ema', 'charts.smooth.time'],
  ['window', 'charts.smooth.window'],
] as const

function SmoothingChoice(): JSX.Element {
  const id = useId()
  const kind = smoothing.value?.kind ?? 'ema'
  const stop = smoothingStop()
  const amount = kind === 'window' ? String(WINDOWS[stop]!) : String(WEIGHTS[stop]!).replace(/^0\./, '.')
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
        onInput={({ currentTarget }) => setSmoothing(kind, Number(currentTarget.value))}
      />
      <output class="smooth-amount" for={id}>
        {amount}
      </output>
    </span>
  )
}

function GroupChoice(): JSX.Element {
  return (
    <>
      <label class="choice">
        {t('charts.line')}
        <select
          class="field"
          value={groupLine.value}
          onChange={({ currentTarget }) => (groupLine.value = currentTarget.value === 'median' ? 'median' : 'mean')}
        >
          <option value="mean">{t('charts.mean')}</option>
          <option value="median">{t('charts.median')}</option>
        </select>
      </label>
      <label class="choice">
        {t('charts.band')}
        <select
          class="field"
          value={groupBand.value}
          onChange={({ currentTarget: { value } }) =>
            (groupBand.value = value === 'std' || value === 'stderr' ? value : 'min-max')
          }
        >
          <option value="min-max">{t('charts.minMax')}</option>
          <option value="std">{t('charts.std')}</option>
          <option value="stderr">{t('charts.stderr')}</option>
        </select>
      </label>
    </>
  )
}
