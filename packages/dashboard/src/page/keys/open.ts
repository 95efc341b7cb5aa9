import { signal } from '@preact/signals'

/** What lies over the page. */
export const paletteOpen = signal(false)
export const helpOpen = signal(false)
export const saveOpen = signal(false)
