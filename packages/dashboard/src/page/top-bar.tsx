import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { helpOpen, paletteOpen } from './keys/open.ts'
import { Icon } from './parts/icons.tsx'
import { isLive } from './state/live.ts'
import { navigate } from './state/location.ts'
import { language, nextTheme, otherLanguage, theme } from './state/preferences.ts'
import { route } from './state/route.ts'
import { t } from './text/i18n.ts'

export function TopBar({ listOpen }: { readonly listOpen: Signal<boolean> }): JSX.Element {
  const at = route.value
  const home = (event: MouseEvent): void => {
    event.preventDefault()
    navigate('/')
  }
  return (
    <header class="top-bar">
      {at.page === 'runs' && (
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
      <h1 class={at.page === 'runs' ? '' : 'first'}>
        <a href="/" onClick={home}>
          SwanLab
        </a>
        {'scope' in at && at.scope.user !== undefined && (
          <span class="crumb cut">{[at.scope.user, at.scope.project].filter(Boolean).join(' / ')}</span>
        )}
      </h1>
      <span class="space" />
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
      <span class={`live${isLive.value ? ' on' : ''}`} title={t(isLive.value ? 'app.liveHelp' : 'app.notLiveHelp')}>
        {t(isLive.value ? 'app.live' : 'app.notLive')}
      </span>
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
