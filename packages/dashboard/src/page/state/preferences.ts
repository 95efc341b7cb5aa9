import { effect, signal, type Signal } from '@preact/signals'
import { wordCodec, type Codec } from './address.ts'

/** Kept in this browser: how somebody likes the page, whatever it shows. */
function preference<T>(name: string, codec: Codec<T>, initial: T): Signal<T> {
  const key = `swanlab.${name}`
  const kept = localStorage.getItem(key)
  const value = signal((kept === null ? undefined : codec.parse(kept)) ?? initial)
  effect(() => {
    if (value.value === initial) localStorage.removeItem(key)
    else localStorage.setItem(key, codec.format(value.value))
  })
  return value
}

export type Theme = 'auto' | 'light' | 'dark'
export type Language = 'en' | 'zh'

export const theme: Signal<Theme> = preference('theme', wordCodec(['auto', 'light', 'dark']), 'auto')
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
/** Single letters are commands. WCAG 2.1.4: somebody who speaks to the page can switch that off. */
export const letterKeys: Signal<'on' | 'off'> = preference('keys', wordCodec(['on', 'off']), 'on')

/** Media query of the system's own choice. */
const systemDark = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(systemDark.matches)
systemDark.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))

/** The theme in effect. */
export const isDark = (): boolean => (theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark')

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
})
effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})
