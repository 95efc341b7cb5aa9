import { cursor } from '../charts/cursor.ts'
import { currentRow, moveRow } from '../runs/run-list.tsx'
import { navigate } from '../state/location.ts'
import { nextTheme, otherLanguage } from '../state/preferences.ts'
import { addressOf, route } from '../state/route.ts'
import { choose, chooseOnly, isChosen, listedRuns, newestOnly } from '../state/runs.ts'
import {
  fullChart,
  logCharts,
  resetZoom,
  setSmoothing,
  setXAxis,
  smoothing,
  smoothingStop,
  tab,
  TABS,
  toggled,
  WEIGHTS,
  type Tab,
} from '../state/view.ts'
import { t } from '../text/i18n.ts'
import { helpOpen, paletteOpen, saveOpen } from './open.ts'

/** Something that can be done with the page. */
export interface Command {
  readonly id: string
  readonly title: () => string
  /** Letters that do it, one after the other; `g c` is two. */
  readonly keys?: string | undefined
  readonly run: () => void
}

const LETTERS: Readonly<Record<Tab, string>> = { charts: 'c', table: 't', compare: 'd', alerts: 'a' }

/** Everything that has a key, or stands in the palette. */
export const COMMANDS: readonly Command[] = [
  { id: 'help', title: () => t('keys.help'), keys: '?', run: () => (helpOpen.value = true) },
  { id: 'filter', title: () => t('keys.filter'), keys: '/', run: () => focus('#run-filter') },
  { id: 'metrics', title: () => t('keys.metrics'), keys: 'm', run: () => focus('#metric-filter') },
  { id: 'down', title: () => t('keys.down'), keys: 'j', run: () => moveRow(1) },
  { id: 'up', title: () => t('keys.up'), keys: 'k', run: () => moveRow(-1) },
  { id: 'toggle', title: () => t('keys.toggle'), keys: 'Space', run: toggleRow },
  { id: 'only', title: () => t('keys.only'), keys: 'o', run: onlyRow },
  { id: 'open', title: () => t('keys.open'), keys: 'Enter', run: openRow },
  { id: 'newest', title: () => t('keys.newest'), keys: '.', run: () => (newestOnly.value = !newestOnly.value) },
  { id: 'smooth', title: () => t('keys.smooth'), keys: 's', run: () => smoothBy(1) },
  { id: 'smooth-less', title: () => t('keys.smoothLess'), keys: 'Shift+S', run: () => smoothBy(-1) },
  {
    id: 'log',
    title: () => t('keys.log'),
    keys: 'l',
    run: () => onChart((key) => (logCharts.value = toggled(logCharts.value, key))),
  },
  { id: 'reset', title: () => t('keys.reset'), keys: 'r', run: resetZoom },
  {
    id: 'full',
    title: () => t('keys.full'),
    keys: 'f',
    run: () => onChart((key) => (fullChart.value = fullChart.value === key ? undefined : key)),
  },
  ...TABS.map((name): Command => ({
    id: name,
    title: () => t(`keys.${name}`),
    keys: `g ${LETTERS[name]}`,
    run: () => goTo(name),
  })),
  ...(['step', 'relative', 'wall'] as const).map((kind): Command => ({
    id: `x-${kind}`,
    title: () => t('keys.x', { x: t(`charts.x.${kind}`) }),
    run: () => setXAxis({ kind }),
  })),
  { id: 'save', title: () => t('keys.save'), keys: 'e', run: () => (saveOpen.value = true) },
  { id: 'theme', title: () => t('keys.theme'), run: nextTheme },
  { id: 'language', title: () => t('keys.language'), run: otherLanguage },
  { id: 'palette', title: () => t('keys.palette'), keys: 'Ctrl+K', run: () => (paletteOpen.value = true) },
]

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus()
}

function toggleRow(): void {
  const run = listedRuns.value[currentRow.value]
  if (run) choose([run.key], !isChosen(run.key))
}

function onlyRow(): void {
  const run = listedRuns.value[currentRow.value]
  if (run) chooseOnly([run.key])
}

function openRow(): void {
  const run = listedRuns.value[currentRow.value]
  if (run) navigate(addressOf(run))
}

function smoothBy(by: number): void {
  setSmoothing(smoothing.value?.kind ?? 'ema', Math.max(0, Math.min(WEIGHTS.length - 1, smoothingStop() + by)))
}

function goTo(name: Tab): void {
  if (route.value.page !== 'runs') navigate('/')
  tab.value = name
}

/** The chart that is pointed at, has the focus, or fills the window. */
function onChart(act: (key: string) => void): void {
  const focused = document.activeElement?.closest<HTMLElement>('.chart')?.dataset['key']
  const key = cursor.value?.chart ?? focused ?? fullChart.value
  if (key !== undefined) act(key)
}
