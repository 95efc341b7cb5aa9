import { computed, type ReadonlySignal } from '@preact/signals'
import { metricKeys } from '../state/details.ts'
import { metricFilter, pinned } from '../state/view.ts'

export interface Section {
  readonly name: string
  readonly keys: readonly string[]
}

/** Keys that hold the text, or match it as a regular expression; what is none is text. */
export function keyFilter(text: string): (key: string) => boolean {
  if (text === '') return () => true
  const lower = text.toLowerCase()
  try {
    const pattern = new RegExp(text, 'i')
    return (key) => pattern.test(key)
  } catch {
    return (key) => key.toLowerCase().includes(lower)
  }
}

/** Charts by the first part of their keys. Sections of the machine come last. */
export const sections: ReadonlySignal<readonly Section[]> = computed(() => {
  const filter = keyFilter(metricFilter.value)
  const found = new Map<string, string[]>()
  for (const { key, section } of metricKeys.value) {
    if (!filter(key)) continue
    const keys = found.get(section) ?? []
    keys.push(key)
    found.set(section, keys)
  }
  const all = Array.from(found, ([name, keys]): Section => ({ name, keys }))
  return [...all.filter(({ name }) => !isOfMachine(name)), ...all.filter(({ name }) => isOfMachine(name))]
})

export const pinnedKeys: ReadonlySignal<readonly string[]> = computed(() => {
  const known = new Set(metricKeys.value.map(({ key }) => key))
  return pinned.value.filter((key) => known.has(key))
})

function isOfMachine(section: string): boolean {
  return /^(?:__swanlab__|system|gpu|cpu|hardware)/i.test(section)
}
