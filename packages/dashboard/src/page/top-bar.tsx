import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { refused } from './api/client.ts'
import { mode } from './api/mode.ts'
import { helpOpen, paletteOpen } from './keys/open.ts'
import { Icon } from './parts/icons.tsx'
import { Link } from './parts/link.tsx'
import { isLive } from './state/live.ts'
import { language, nextTheme, otherLanguage, theme } from './state/preferences.ts'
import { addressOfScope, route, type Scope } from './state/route.ts'
import { runsInScope, runsLoaded } from './state/runs.ts'
import { session } from './state/session.ts'
import { t } from './text/i18n.ts'

export function TopBar({ listOpen }: { readonly listOpen: Signal<boolean> }): JSX.Element {
  const isEmpty = runsLoaded.value && runsInScope.value.length === 0
  const hasList = route.value.page === 'runs' && !isEmpty && !refused.value
  return (
    <header class="top-bar">
      {hasList && (
        <button
          type="button"
          class="button icon-button only-narrow"
          aria-expanded={listOpen.value}
          aria-label={t('app.list')}
          onClick={() => (listOpen.value = !listOpen.value)}
        >
          <Icon name="menu" />
        </button>
      )}
      <h1 class={hasList ? '' : 'first'}>
        <Link to="/">SwanLab</Link>
        <Crumbs />
      </h1>
      <span class="space" />
      {mode === 'server' && !refused.value && <Account />}
      <button
        type="button"
        class="button"
        aria-label={`${t('app.commands')} Ctrl K`}
        title={t('keys.palette')}
        onClick={() => (paletteOpen.value = true)}
      >
        <Icon name="search" />
        <span class="only-wide">{t('app.commands')}</span> <kbd class="only-wide">Ctrl K</kbd>
      </button>
      {!refused.value && <Live />}
      <button
        type="button"
        class="button icon-button only-wide"
        aria-label={t('app.keys')}
        title={t('app.keys')}
        onClick={() => (helpOpen.value = true)}
      >
        <Icon name="keys" />
      </button>
      <button
        type="button"
        class="button icon-button"
        aria-label={`${t('app.theme')}: ${t(`app.theme.${theme.value}`)}`}
        title={`${t('app.theme')}: ${t(`app.theme.${theme.value}`)}`}
        onClick={nextTheme}
      >
        <Icon name="theme" />
      </button>
      <button type="button" class="button" lang={language.value === 'zh' ? 'en' : 'zh-CN'} onClick={otherLanguage}>
        {t('app.language')}
      </button>
    </header>
  )
}

function Live(): JSX.Element {
  return (
    <span class={`live${isLive.value ? ' on' : ''}`} title={t(isLive.value ? 'app.liveHelp' : 'app.notLiveHelp')}>
      {t(isLive.value ? 'app.live' : 'app.notLive')}
    </span>
  )
}

/** Whose runs these are, and of which project. */
function Crumbs(): JSX.Element | null {
  const at = route.value
  const { user, project }: Scope = at.page === 'user' ? { user: at.user } : 'scope' in at ? at.scope : {}
  if (user === undefined) return null
  return (
    <span class="crumb cut">
      <Link to={addressOfScope({ user })}>{user}</Link>
      {project !== undefined && ' / '}
      {project !== undefined && <Link to={addressOfScope({ user, project })}>{project}</Link>}
    </span>
  )
}

/** Who is signed in; where they settle what is theirs. */
function Account(): JSX.Element {
  const { viewer = '' } = session.value ?? {}
  return (
    <Link
      class="button"
      to="/settings"
      aria-label={`${t('app.settings')}: ${viewer}`}
      title={t('app.signedIn', { user: viewer })}
    >
      <Icon name="person" />
      <span class="only-wide account cut">{viewer}</span>
    </Link>
  )
}
