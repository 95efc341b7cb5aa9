import { effect, signal, type Signal } from '@preact/signals'
import { wordCodec, type Codec } from './address.ts'

/** Kept in this browser: how somebody likes the page, whatever it shows. */
function preference<T>(name: string, codec: Codec<T>, initial: T): Signal<T> {
  const key = `swanlab.${name}`
  const kept = inStorage((storage) => storage.getItem(key))
  const value = signal((kept ? codec.parse(kept) : undefined) ?? initial)
  effect(() => {
    const text = value.value === initial ? undefined : codec.format(value.value)
    inStorage((storage) => (text === undefined ? storage.removeItem(key) : storage.setItem(key, text)))
  })
  return value
}

/** A browser may keep nothing, for a file or for anybody: what is chosen then holds for as long as the page is open. */
function inStorage<T>(act: (storage: Storage) => T): T | undefined {
  try {
    return act(localStorage)
  } catch {
    return undefined
  }
}

const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
export type Language = 'en' | 'zh'

export const theme: Signal<Theme> = preference('theme', wordCodec(THEMES), 'auto')
export const language: Signal<Language> = preference(
  'language',
  wordCodec(['en', 'zh']),
  navigator.languages
    .find((one) => /^(?:en|zh)\b/i.test(one))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en',
)
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!
}

export function otherLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh'
}

/** Single letters are commands. WCAG 2.1.4: somebody who speaks to the page can switch that off. */
export const letterKeys: Signal<'on' | 'off'> = preference('keys', wordCodec(['on', 'off']), 'on')

/** Media query of the system's own choice. */
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(systemDark.matches)
systemDark.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))

/** The system sets all colours: its background is what lines have to stand out from, whatever the theme. */
const forcedColors = matchMedia('(forced-colors: active)')
const isForced = signal(forcedColors.matches)
forcedColors.addEventListener('change', ({ matches }) => (isForced.value = matches))

/** The theme in effect. */
export const isDark = (): boolean =>
  isForced.value || theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark'

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
})
effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})
