import { mode } from '../api/mode.ts'
import { cursor } from '../charts/cursor.ts'
import { currentRow, moveRow } from '../runs/run-list.tsx'
import { navigate } from '../state/location.ts'
import { nextTheme, otherLanguage } from '../state/preferences.ts'
import { addressOf, addressOfScope, route } from '../state/route.ts'
import { choose, chooseOnly, isChosen, listedRuns, newestOnly } from '../state/runs.ts'
import { session } from '../state/session.ts'
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
import { helpOpen, paletteOpen, saveOpen } from './open.ts'

/** Something that can be done with the page. */
export interface Command {
  /** `titleOf` of text/keys.ts says what it is called. */
  readonly id: string
  /** Letters that do it, one after the other; `g c` is two. */
  readonly keys?: string | undefined
  readonly run: () => void
}

const LETTERS: Readonly<Record<Tab, string>> = { charts: 'c', table: 't', compare: 'd', alerts: 'a' }

const ACCOUNT: readonly Command[] = [
  { id: 'projects', keys: 'g p', run: goToOwnProjects },
  { id: 'settings', keys: 'g s', run: () => navigate('/settings') },
]

/** Everything that has a key, or stands in the palette. */
export const COMMANDS: readonly Command[] = [
  { id: 'help', keys: '?', run: () => (helpOpen.value = true) },
  { id: 'filter', keys: '/', run: () => focus('#run-filter') },
  { id: 'metrics', keys: 'm', run: () => focus('#metric-filter') },
  { id: 'down', keys: 'j', run: () => moveRow(1) },
  { id: 'up', keys: 'k', run: () => moveRow(-1) },
  { id: 'toggle', keys: 'Space', run: toggleRow },
  { id: 'only', keys: 'o', run: onlyRow },
  { id: 'open', keys: 'Enter', run: openRow },
  { id: 'newest', keys: '.', run: () => (newestOnly.value = !newestOnly.value) },
  { id: 'smooth', keys: 's', run: () => smoothBy(1) },
  { id: 'smooth-less', keys: 'Shift+S', run: () => smoothBy(-1) },
  {
    id: 'log',
    keys: 'l',
    run: () => onChart((key) => (logCharts.value = toggled(logCharts.value, key))),
  },
  { id: 'reset', keys: 'r', run: resetZoom },
  {
    id: 'full',
    keys: 'f',
    run: () => onChart((key) => (fullChart.value = fullChart.value === key ? undefined : key)),
  },
  ...TABS.map((name): Command => ({
    id: name,
    keys: `g ${LETTERS[name]}`,
    run: () => goTo(name),
  })),
  ...(['step', 'relative', 'wall'] as const).map((kind): Command => ({
    id: `x-${kind}`,
    run: () => setXAxis({ kind }),
  })),
  { id: 'save', keys: 'e', run: () => (saveOpen.value = true) },
  ...(mode === 'server' ? ACCOUNT : []),
  { id: 'theme', run: nextTheme },
  { id: 'language', run: otherLanguage },
  { id: 'palette', keys: 'Ctrl+K', run: () => (paletteOpen.value = true) },
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
  const at = route.value
  if (at.page !== 'runs') navigate(addressOfScope('scope' in at ? at.scope : {}))
  tab.value = name
}

function goToOwnProjects(): void {
  const { viewer } = session.value ?? {}
  if (viewer !== undefined) navigate(addressOfScope({ user: viewer }))
}

/** The chart that is pointed at, has the focus, or fills the window. */
function onChart(act: (key: string) => void): void {
  const focused = document.activeElement?.closest<HTMLElement>('.chart')?.dataset['key']
  const key = cursor.value?.chart ?? focused ?? fullChart.value
  if (key !== undefined) act(key)
}
