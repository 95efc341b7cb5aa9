import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { askNow } from './api/backoff.ts'
import { refused, serverGone } from './api/client.ts'
import { mode } from './api/mode.ts'
import { helpOpen, paletteOpen, saveOpen } from './keys/open.ts'
import { lazy } from './parts/lazy.tsx'
import { NothingHere } from './parts/nothing-here.tsx'
import { Spoken } from './parts/spoken.tsx'
import { RunList } from './runs/run-list.tsx'
import { ChartsScreen } from './screens/charts-screen.tsx'
import { route } from './state/route.ts'
import { problems, runsInScope, runsLoaded } from './state/runs.ts'
import { tab, TABS } from './state/view.ts'
import { t } from './text/i18n.ts'
import { TopBar } from './top-bar.tsx'
import { TabList } from './parts/tab-list.tsx'

const TableScreen = lazy(() => import('./screens/table-screen.tsx'))
const CompareScreen = lazy(() => import('./screens/compare-screen.tsx'))
const AlertsScreen = lazy(() => import('./screens/alerts-screen.tsx'))
const RunScreen = lazy(() => import('./screens/run-screen.tsx'))
const EmptyScreen = lazy(() => import('./screens/empty-screen.tsx'))
const UserScreen = lazy(() => import('./screens/user-screen.tsx'))
const SettingsScreen = lazy(() => import('./screens/settings-screen.tsx'))
const Palette = lazy(() => import('./keys/palette.tsx'))
const KeyHelp = lazy(() => import('./keys/key-help.tsx'))
const SaveDialog = lazy(() => import('./save/save-dialog.tsx'))
const SignIn = lazy(() => import('./screens/sign-in.tsx'))

/** On a narrow screen: the list is shown in place of what is beside it. */
export const listOpen = signal(false)

export function App(): JSX.Element {
  return (
    <div class="page">
      <a class="button skip" href="#content" onClick={skipToMain}>
        {t('app.skip')}
      </a>
      <TopBar listOpen={listOpen} />
      <div role="status">{serverGone.value && <Gone />}</div>
      <Body />
      <Spoken />
      {paletteOpen.value && <Palette />}
      {helpOpen.value && <KeyHelp />}
      {saveOpen.value && <SaveDialog />}
    </div>
  )
}

function Body(): JSX.Element {
  if (refused.value) return <Main>{<SignIn />}</Main>
  const at = route.value
  const isOfAccounts = at.page === 'settings' || at.page === 'user'
  if (at.page === 'nothing' || (isOfAccounts && mode === 'watch')) return <Main>{<NothingHere />}</Main>
  if (at.page === 'settings') return <Main>{<SettingsScreen />}</Main>
  if (at.page === 'user') return <Main>{<UserScreen key={at.user} user={at.user} />}</Main>
  if (at.page === 'run')
    return <Main>{runsLoaded.value ? <RunScreen key={at.id} /> : <p class="notice quiet">{t('loading.runs')}</p>}</Main>
  if (runsLoaded.value && runsInScope.value.length === 0)
    return (
      <Main>
        <UnreadableFolders />
        <EmptyScreen scope={at.scope} />
      </Main>
    )
  return (
    <main class={`workspace${listOpen.value ? ' list-open' : ''}`}>
      <RunList />
      <div class="main" id="content">
        <Tabs />
        <div class="scroller" id="tab-panel" role="tabpanel" tabIndex={-1} aria-labelledby={`tab-${tab.value}`}>
          <UnreadableFolders />
          <Screen />
        </div>
      </div>
    </main>
  )
}

function Main({ children }: { readonly children: JSX.Element | readonly JSX.Element[] }): JSX.Element {
  return (
    <main class="main">
      <div class="scroller" id="content" tabIndex={-1}>
        {children}
      </div>
    </main>
  )
}

function skipToMain(event: MouseEvent): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('.scroller')?.focus()
}

function Screen(): JSX.Element {
  // Its place is there before the runs are: nothing moves when they come.
  if (!runsLoaded.value) return <p class="notice quiet">{t('loading.runs')}</p>
  if (tab.value === 'table') return <TableScreen />
  if (tab.value === 'compare') return <CompareScreen />
  return tab.value === 'alerts' ? <AlertsScreen /> : <ChartsScreen />
}

function Tabs(): JSX.Element {
  return (
    <TabList
      names={TABS}
      chosen={tab.value}
      onChoose={(name) => (tab.value = name)}
      prefix="tab"
      content={(name) => t(`tab.${name}`)}
    />
  )
}

function Gone(): JSX.Element {
  return (
    <div class="banner">
      <strong>{t('gone.title')}</strong> <span>{t('gone.text')}</span>
      <button type="button" class="button outlined" onClick={askNow}>
        {t('gone.retry')}
      </button>
    </div>
  )
}

function UnreadableFolders(): JSX.Element {
  return (
    <>
      {problems.value.map((problem) => (
        <div key={problem.folder} class="banner" role="alert">
          <strong>{t('folder.title')}</strong> <span>{t('folder.unreadable', problem)}</span>
        </div>
      ))}
    </>
  )
}
